// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define Eigen eigen_avx512
#define MHO_EIGEN_PRODUCTS eigen_engine_avx512
#include "bench/eigen_products.inl"
#endif
