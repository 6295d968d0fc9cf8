// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_TILE_PRODUCT tile_product_avx2
#include "core/analog/vector/tile_product.inl"
#endif
