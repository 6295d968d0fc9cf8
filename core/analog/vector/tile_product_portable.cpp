// SPDX-License-Identifier: Apache-2.0
#define MHO_TILE_PRODUCT tile_product_portable
#include "core/analog/vector/tile_product.inl"
