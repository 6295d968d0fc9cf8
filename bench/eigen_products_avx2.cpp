// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define Eigen eigen_avx2
#define MHO_EIGEN_PRODUCTS eigen_engine_avx2
#include "bench/eigen_products.inl"
#endif
