// SPDX-License-Identifier: Apache-2.0
#include "core/analog/vector/tile_product.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each tile_product_*.cpp compiles tile_product.inl for one instruction set.
void tile_product_portable(const TileProduct& product);
#if defined(__x86_64__)
void tile_product_avx2(const TileProduct& product);
void tile_product_avx512(const TileProduct& product);
#endif

void tile_product(const TileProduct& product) {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return tile_product_avx512(product);
  if (instruction_set() == InstructionSet::avx2) return tile_product_avx2(product);
#endif
  tile_product_portable(product);
}

}  // namespace mho
