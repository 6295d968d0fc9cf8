// SPDX-License-Identifier: Apache-2.0
#include "bench/highway_tile.hpp"
#include "core/nn/kernels/fast_products.inl"

namespace mho {

void own_tile(const HotTile& tile) {
  const RowRun run{.length = tile.rows};
  MatrixProduct m;
  m.x_pixel = tile.rows;
  m.w = tile.w;
  m.w_row = HotTile::columns;
  m.y_pixel = HotTile::columns;
  m.columns = HotTile::columns;
  m.width = HotTile::pixels;
  m.stage.noise = tile.noise;
  NoiseStream stream;
  __builtin_memcpy(&stream, tile.generator, sizeof stream);
  product_tile<HotTile::pixels, 2>(
      {&m, {&run, &run + 1}, reinterpret_cast<const char*>(tile.x), tile.y, 0, &stream});
  __builtin_memcpy(tile.generator, &stream, sizeof stream);
}

}  // namespace mho
