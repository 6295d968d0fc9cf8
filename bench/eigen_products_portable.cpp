// SPDX-License-Identifier: Apache-2.0
#define Eigen eigen_portable
#define MHO_EIGEN_PRODUCTS eigen_engine_portable
#include "bench/eigen_products.inl"
