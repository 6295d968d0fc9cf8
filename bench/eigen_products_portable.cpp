// SPDX-License-Identifier: Apache-2.0
#define Eigen eigen_portable
#define MHO_EIGEN_PRODUCTS kEigenPortable
#include "bench/eigen_products.inl"
