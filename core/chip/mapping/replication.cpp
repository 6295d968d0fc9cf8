// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/replication.hpp"

#include <algorithm>

namespace mho {
namespace {

/// More replicas send the same pixels to more cores: they must shorten the interval by this factor.
constexpr double worth_more_pieces = 0.9;

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Blocks [first, last) of one layer.
struct LayerBlocks {
  size_t first, last;
};

std::vector<LayerBlocks> layers_of(const std::vector<Block>& blocks) {
  std::vector<LayerBlocks> layers;
  for (size_t i = 0; i < blocks.size(); ++i)
    if (layers.empty() || blocks[layers.back().first].node != blocks[i].node)
      layers.push_back({i, i + 1});
    else
      layers.back().last = i + 1;
  return layers;
}

/// Replicas that bring a layer's share down to interval / finer.
std::vector<Copies> copies_for(const std::vector<Block>& blocks, std::int64_t interval, int finer) {
  std::vector<Copies> copies;
  for (const Block& block : blocks) {
    copies.resize(std::max(copies.size(), static_cast<size_t>(block.node) + 1));
    const std::int64_t wanted = block.in_turn ? 1 : divide_up(finer * block.products, interval);
    copies[static_cast<size_t>(block.node)].replicas =
        static_cast<int>(std::min({wanted, block.products, std::int64_t{1} << 20}));
  }
  return copies;
}

/// Whether the copies could have room, before any is made: cells, or rows and columns, or cores.
bool may_fit(const std::vector<Block>& blocks, const std::vector<Copies>& copies, const ChipConfig& chip,
             PackingMode mode) {
  std::int64_t cells = 0, rows = 0, columns = 0, count = 0;
  for (const Block& block : blocks) {
    const std::int64_t replicas = copies[static_cast<size_t>(block.node)].replicas;
    cells += replicas * block.extent.rows * block.extent.columns;
    rows += replicas * block.extent.rows;
    columns += replicas * block.extent.columns;
    count += replicas;
  }
  const std::int64_t cores = chip.cores();
  if (mode == PackingMode::none) return count <= cores;
  if (mode == PackingMode::disjoint)
    return rows <= cores * chip.crossbar_rows && columns <= cores * chip.crossbar_columns;
  return cells <= cores * chip.crossbar_rows * chip.crossbar_columns;
}

/// Whether one copy of each layer could have room: networks far too large are given up here.
bool fits_once(const std::vector<Block>& blocks, const ChipConfig& chip, PackingMode mode) {
  return may_fit(blocks,
                 std::vector<Copies>(blocks.empty() ? 0 : static_cast<size_t>(blocks.back().node) + 1), chip,
                 mode);
}

PackedBlocks packed(std::vector<Block> blocks, const Packing& packing) {
  put_into_bins(packing, blocks);
  return {std::move(blocks), packing.bins};
}

std::optional<PackedBlocks> pack_replicas(const std::vector<Block>& blocks, const std::vector<Copies>& copies,
                                          const ChipConfig& chip, PackingMode mode, std::int64_t interval) {
  if (!may_fit(blocks, copies, chip, mode)) return std::nullopt;
  auto replicated = replicate(blocks, copies);
  const auto packing = pack_balanced(rectangles_of(replicated), chip.crossbar_columns, chip.crossbar_rows,
                                     chip.cores(), interval, mode);
  if (!packing) return std::nullopt;
  return packed(std::move(replicated), *packing);
}

std::int64_t next_interval(std::int64_t interval, double step) {
  return std::max(interval + 1, static_cast<std::int64_t>(static_cast<double>(interval) * step));
}

int copies_along_diagonal(const Block& block, const ChipConfig& chip, int most) {
  if (block.in_turn) return 1;
  return static_cast<int>(std::min({std::int64_t{chip.crossbar_rows / block.extent.rows},
                                    std::int64_t{chip.crossbar_columns / block.extent.columns},
                                    block.products, std::int64_t{most}}));
}

}  // namespace

std::vector<Block> replicate(const std::vector<Block>& blocks, const std::vector<Copies>& copies) {
  std::vector<Block> result;
  for (const LayerBlocks& layer : layers_of(blocks)) {
    const auto [replicas, together] = copies[static_cast<size_t>(blocks[layer.first].node)];
    std::int64_t first_product = 0;
    for (int replica = 0; replica < replicas; ++replica) {
      const std::int64_t all = blocks[layer.first].products;
      const std::int64_t share = all / replicas + (replica < all % replicas ? 1 : 0);
      for (size_t i = layer.first; i < layer.last; ++i) {
        const int own = static_cast<int>(result.size());
        Block& block = result.emplace_back(blocks[i]);
        block.replica = replica;
        block.first_product = first_product;
        block.products = share;
        block.group = own - replica % together;
      }
      first_product += share;
    }
  }
  return result;
}

std::vector<Rectangle> rectangles_of(const std::vector<Block>& blocks) {
  std::vector<Rectangle> rectangles;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].group == static_cast<int>(i)) rectangles.push_back({0, 0, blocks[i].products});
    rectangles.back().width += blocks[i].extent.columns;
    rectangles.back().height += blocks[i].extent.rows;
  }
  return rectangles;
}

void put_into_bins(const Packing& packing, std::vector<Block>& blocks) {
  std::vector<int> order(static_cast<size_t>(packing.bins), -1);
  int next = 0, x = 0, y = 0;
  size_t rectangle = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].group == static_cast<int>(i)) {
      if (i > 0) ++rectangle;
      x = packing.placements[rectangle].x;
      y = packing.placements[rectangle].y;
    }
    int& number = order[static_cast<size_t>(packing.placements[rectangle].bin)];
    if (number < 0) number = next++;
    blocks[i].core = number;
    blocks[i].core_row = y;
    blocks[i].core_column = x;
    x += blocks[i].extent.columns;
    y += blocks[i].extent.rows;
  }
}

std::optional<PackedBlocks> balance_pipeline(const std::vector<Block>& blocks, const ChipConfig& chip,
                                             PackingMode mode, bool finer) {
  if (!fits_once(blocks, chip, mode)) return std::nullopt;
  std::int64_t work = 0;
  for (const Block& block : blocks) work += block.products;
  const double step = finer ? 1.005 : 1.03;
  const int most_pieces = finer ? 6 : 3;
  const std::int64_t least = mode == PackingMode::disjoint ? 1 : divide_up(work, chip.cores());
  std::optional<PackedBlocks> best;
  double most = static_cast<double>(work);
  for (int pieces = 1; pieces <= most_pieces; ++pieces)
    for (std::int64_t interval = std::max<std::int64_t>(least, 1); static_cast<double>(interval) <= most;
         interval = next_interval(interval, step))
      if (auto found = pack_replicas(blocks, copies_for(blocks, interval, pieces), chip, mode, interval)) {
        best = std::move(found);
        most = worth_more_pieces * static_cast<double>(interval);
        break;
      }
  return best;
}

std::optional<PackedBlocks> fold_small_layers(const std::vector<Block>& blocks, const ChipConfig& chip,
                                              PackingMode mode) {
  if (!fits_once(blocks, chip, mode)) return std::nullopt;
  int start = 1;
  for (const Block& block : blocks) start = std::max(start, copies_along_diagonal(block, chip, 1 << 16));
  for (int most = start; most >= 1; most /= 2) {
    std::vector<Copies> copies(blocks.empty() ? 0 : static_cast<size_t>(blocks.back().node) + 1);
    for (const LayerBlocks& layer : layers_of(blocks)) {
      const Block& block = blocks[layer.first];
      const int count = layer.last - layer.first == 1 ? copies_along_diagonal(block, chip, most) : 1;
      copies[static_cast<size_t>(block.node)] = {count, count};
    }
    auto folded = replicate(blocks, copies);
    const auto rectangles = rectangles_of(folded);
    const auto packing =
        pack_rectangles(rectangles, chip.crossbar_columns, chip.crossbar_rows, chip.cores(), mode);
    if (packing.bins <= chip.cores()) return packed(std::move(folded), packing);
  }
  return std::nullopt;
}

}  // namespace mho
