// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/exported_chip.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/fields_json.hpp"
#include "core/chip/export/export_json.hpp"
#include "core/chip/export/json_entry.hpp"
#include "core/chip/mapping/tiling.hpp"
#include "core/nn/operators/recurrent_cell.hpp"

namespace mho {
namespace {

using Entry = JsonEntry;

/// A whole number that a file may give as -1 for none.
int whole_or_none(const Entry& entry, const std::string& key) {
  const auto value = entry.get<std::int64_t>(key);
  if (value < -1 || value > 2147483647)
    entry.at(key).fail(fmt::format("expected a whole number from -1 to 2147483647, found {}", value));
  return static_cast<int>(value);
}

Range read_range(const Entry& entry, std::int64_t size) {
  const auto numbers = entry.as<std::vector<int>>();
  if (numbers.size() != 2 || numbers[0] < 0 || numbers[1] < 1 || numbers[0] + std::int64_t{numbers[1]} > size)
    entry.fail(fmt::format("expected [first, count] within {}, found {}", size, entry.text()));
  return {numbers[0], numbers[1]};
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& folder) : folder_(folder), chip_(folder, import_chip(folder)) {
    for (const Node& node : nodes()) numbers_.emplace(node.name, static_cast<int>(numbers_.size()));
  }

  ExportedChip run() {
    read_cores();
    check_targets();
    read_io();
    read_links();
    read_schedule();
    return std::move(chip_);
  }

 private:
  const std::vector<Node>& nodes() const { return chip_.network.architecture.nodes(); }
  const Node& node_at(int node) const { return nodes()[static_cast<size_t>(node)]; }
  Entry open(const char* name) const { return Entry::open(folder_ / name, chip_format); }

  int find_node(const Entry& entry, const std::string& key) const {
    const auto name = entry.get<std::string>(key);
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) entry.at(key).fail("expected the name of a layer, found '" + name + "'");
    return found->second;
  }

  int find_core(const Entry& entry, const std::string& key) const {
    const int core = whole_or_none(entry, key);
    if (core >= chip_.chip.cores())
      entry.at(key).fail(fmt::format("expected one of {} cores, found {}", chip_.chip.cores(), core));
    return core;
  }

  Range channels_of(const Entry& entry, int node) const {
    return read_range(entry.at("channels"), node_at(node).shape.channels);
  }
  Range pixels_of(const Entry& entry, int node) const {
    const Shape& shape = node_at(node).shape;
    return read_range(entry.at("pixels"), std::int64_t{1} * shape.height * shape.width);
  }

  /// import_chip has checked the chip's numbers and that the blocks of each replica 0 lie on it.
  void read_cores() {
    const Entry cores = open("cores.json");
    const Entry numbers = cores.at("chip");
    fields_from_json(numbers.text(), {"chip", "", [&](FieldVisitor& visitor) { chip_.chip.fields(visitor); }},
                     numbers.where());
    std::map<int, std::pair<Block, int>> blocks;
    for (const Entry& core : cores.at("cores").list())
      for (const Entry& block : core.at("blocks").list())
        if (!blocks.emplace(block.whole("block"), read_block(block, core.whole("core"))).second)
          block.fail(
              fmt::format("expected blocks with numbers of their own, found {} twice", block.whole("block")));
    for (const auto& [number, block] : blocks) {
      if (number != std::ssize(chip_.blocks))
        cores.fail(fmt::format("expected the block {}, found none", chip_.blocks.size()));
      chip_.blocks.push_back(block.first);
      chip_.partial_sums_from.push_back(block.second);
    }
    check_blocks(cores);
    for (const Block& block : chip_.blocks)
      chip_.row_cuts[block.node] = row_cut_of(chip_.network.architecture, block.node,
                                              chip_.network.hardware.row_split, chip_.chip.crossbar_rows);
  }

  std::pair<Block, int> read_block(const Entry& entry, int core) const {
    Block block;
    block.node = find_node(entry, "layer");
    block.extent = {entry.whole("row"), entry.whole("rows"), entry.whole("column"), entry.whole("columns")};
    block.row_split = entry.whole("row_split");
    block.core = core;
    block.core_row = entry.whole("core_row");
    block.core_column = entry.whole("core_column");
    block.replica = entry.whole("replica");
    block.first_product = entry.whole("first_product");
    block.products = entry.whole("products");
    block.group = entry.whole("group");
    const MatrixShape matrix = matrix_shape(chip_.network.architecture, block.node);
    const auto inside = [](std::int64_t first, std::int64_t count, std::int64_t size) {
      return count >= 1 && first + count <= size;
    };
    if (core >= chip_.chip.cores() || !inside(block.core_row, block.extent.rows, chip_.chip.crossbar_rows) ||
        !inside(block.core_column, block.extent.columns, chip_.chip.crossbar_columns) ||
        !inside(block.extent.row, block.extent.rows, matrix.rows) ||
        !inside(block.extent.column, block.extent.columns, matrix.columns) ||
        !inside(block.first_product, block.products, matrix.products))
      entry.fail(fmt::format("expected a block inside its core and its layer ({}x{}, {} products), found {}",
                             matrix.rows, matrix.columns, matrix.products, entry.text()));
    check_rows(entry, block);
    check_turns(entry, block);
    return {block, whole_or_none(entry, "partial_sums_from")};
  }

  /// Its rows are of one split, whole channels of them where the cut keeps channels together.
  void check_rows(const Entry& entry, const Block& block) const {
    const RowCut cut = row_cut_of(chip_.network.architecture, block.node, chip_.network.hardware.row_split,
                                  chip_.chip.crossbar_rows);
    const std::int64_t first = std::int64_t{block.row_split} * cut.split_rows;
    const std::int64_t end = std::min<std::int64_t>(first + cut.split_rows, cut.rows);
    if (block.extent.row < first || block.extent.row + block.extent.rows > end ||
        block.extent.row % cut.taps != 0 || block.extent.rows % cut.taps != 0)
      entry.fail(fmt::format("expected rows of row split {}, {} to {} by {}, found {} from {}",
                             block.row_split, first, end, cut.taps, block.extent.rows, block.extent.row));
  }

  /// A recurrent layer has no replicas, and whole units in each block.
  void check_turns(const Entry& entry, const Block& block) const {
    const Node& layer = node_at(block.node);
    if (!layer.running.cell) return;
    const int columns = layer.running.cell->blocks();
    if (block.products != layer.matrix.products || block.extent.column % columns != 0 ||
        block.extent.columns % columns != 0)
      entry.fail(
          fmt::format("expected a block of a recurrent layer to have all {} steps and whole units of {} "
                      "columns, found {}",
                      layer.matrix.products, columns, entry.text()));
  }

  /// Groups and partial sums name blocks of the same layer.
  void check_blocks(const Entry& cores) const {
    const int count = static_cast<int>(chip_.blocks.size());
    for (int i = 0; i < count; ++i) {
      const Block& block = chip_.blocks[static_cast<size_t>(i)];
      const int source = chip_.partial_sums_from[static_cast<size_t>(i)];
      const bool group_is_good =
          block.group <= i && chip_.blocks[static_cast<size_t>(block.group)].core == block.core;
      if (!group_is_good)
        cores.fail(fmt::format("block {}: expected a group on its core, found {}", i, block.group));
      if (source < 0 && block.row_split == 0) continue;
      if (source < 0 || source >= i || !follows(block, chip_.blocks[static_cast<size_t>(source)]))
        cores.fail(fmt::format(
            "block {}: expected partial sums from the row split before it, found those of block {}", i,
            source));
    }
  }

  static bool follows(const Block& block, const Block& source) {
    return source.node == block.node && source.replica == block.replica &&
           source.row_split + 1 == block.row_split && source.extent.column == block.extent.column &&
           source.extent.columns == block.extent.columns && source.first_product == block.first_product &&
           source.products == block.products;
  }

  void check_targets() const {
    const ChipConfig& chip = chip_.chip;
    const CoreTargets& targets = chip_.network.targets;
    std::vector<std::uint8_t> expected(targets.used.size(), 0);
    for (const Block& block : chip_.blocks)
      for (int row = 0; row < block.extent.rows; ++row) {
        const std::int64_t core_row = std::int64_t{block.core} * chip.crossbar_rows + block.core_row + row;
        auto* cell = expected.data() + core_row * chip.crossbar_columns + block.core_column;
        for (int column = 0; column < block.extent.columns; ++column)
          if (cell[column]++ != 0)
            fail_at("a cell of one block", "one of two",
                    core_row * chip.crossbar_columns + block.core_column);
      }
    for (size_t cell = 0; cell < expected.size(); ++cell) {
      const auto place = static_cast<std::int64_t>(cell);
      if (expected[cell] != targets.used[cell])
        fail_at("used cells to be those of the blocks", expected[cell] ? "an unused one" : "another", place);
      for (size_t device = 0; device < devices_of_cell; ++device) {
        const float g = targets.conductances_us[cell * devices_of_cell + device];
        if (g > 0 && expected[cell] == 0)
          fail_at("0 µS in a cell without a weight", fmt::format("{}", g), place);
      }
    }
  }

  [[noreturn]] void fail_at(const char* expected, const std::string& found, std::int64_t cell) const {
    const int columns = chip_.chip.crossbar_columns, rows = chip_.chip.crossbar_rows;
    throw DataError(fmt::format("{}: core {}, row {}, column {}: expected {}, found {}",
                                (folder_ / "targets.npz").string(), cell / columns / rows,
                                cell / columns % rows, cell % columns, expected, found));
  }

  void read_io() {
    const Entry io = open("io.json");
    for (const Entry& layer : io.at("crossbar_layers").list()) {
      std::vector<float>& scales = chip_.scales[find_node(layer, "layer")];
      for (const Entry& split : layer.at("weight_scales").list())
        for (const float scale : split.as<std::vector<float>>()) scales.push_back(scale);
    }
    chip_.homes.resize(nodes().size());
    for (const Entry& layer : io.at("digital_layers").list()) {
      const int node = find_node(layer, "layer");
      for (const Entry& home : layer.at("homes").list())
        chip_.homes[static_cast<size_t>(node)].push_back(
            {channels_of(home, node), pixels_of(home, node), find_core(home, "core")});
    }
  }

  LinkKind read_kind(const Entry& entry) const {
    const auto kind = entry.get<std::string>("kind");
    for (const LinkKind known :
         {LinkKind::activation, LinkKind::partial_sum, LinkKind::skip, LinkKind::state})
      if (to_string(known) == kind) return known;
    entry.at("kind").fail("expected one of activation, partial_sum, skip, state, found '" + kind + "'");
  }

  void read_links() {
    for (const Entry& entry : open("links.json").at("links").list()) {
      ExportedLink& link = chip_.links.emplace_back();
      link.link = {find_node(entry, "layer"),
                   read_kind(entry),
                   find_core(entry, "from"),
                   find_core(entry, "to"),
                   entry.get<std::int64_t>("bits_per_image"),
                   entry.whole("hops")};
      for (const Entry& part : entry.at("parts").list()) {
        const int source = find_node(part, "source");
        link.parts.push_back({source, channels_of(part, source), pixels_of(part, source)});
      }
    }
  }

  void read_schedule() {
    const Entry schedule = open("schedule.json");
    chip_.products_shared = schedule.get<bool>("products_shared");
    chip_.one_image = read_timeline(schedule.at("one_image"));
    chip_.pipelined = read_timeline(schedule.at("pipelined"));
    const Entry predicted = schedule.at("predicted");
    Cost& cost = chip_.predicted;
    cost.cores = predicted.whole("cores");
    cost.core_mvms = predicted.get<std::int64_t>("core_mvms");
    cost.digital_macs = predicted.get<std::int64_t>("digital_macs");
    cost.bit_hops = predicted.get<std::int64_t>("bit_hops");
    cost.buffer_bits = predicted.get<std::int64_t>("buffer_bits");
    cost.buffered_bits = predicted.get<std::int64_t>("buffered_bits");
    cost.interval = predicted.get<std::int64_t>("interval");
    cost.fill = predicted.get<std::int64_t>("fill");
    cost.latency_s = predicted.get<double>("latency_s");
    cost.throughput_hz = predicted.get<double>("throughput_hz");
    cost.energy_low_j = predicted.get<double>("energy_low_j");
    cost.energy_high_j = predicted.get<double>("energy_high_j");
    cost.energy_j = (cost.energy_low_j + cost.energy_high_j) / 2;
  }

  Timeline read_timeline(const Entry& entry) const {
    Timeline timeline{entry.get<std::int64_t>("interval"), entry.get<std::int64_t>("fill"), {}};
    for (const Entry& step : entry.at("steps").list()) timeline.steps.push_back(read_step(step));
    std::stable_sort(timeline.steps.begin(), timeline.steps.end(),
                     [](const Step& a, const Step& b) { return a.start < b.start; });
    return timeline;
  }

  Step read_step(const Entry& entry) const {
    const Step step{find_node(entry, "layer"),
                    entry.whole("block"),
                    entry.whole("core"),
                    entry.get<std::int64_t>("products"),
                    entry.get<std::int64_t>("start"),
                    entry.get<std::int64_t>("finish"),
                    entry.get<std::int64_t>("first_product")};
    const bool known = step.block < std::ssize(chip_.blocks);
    const Block* block = known ? &chip_.blocks[static_cast<size_t>(step.block)] : nullptr;
    if (!known || block->node != step.node || block->core != step.core || block->group != step.block ||
        step.products < 1 || step.first_product < 0 || step.start < 0 ||
        step.first_product > block->products - step.products || step.finish - step.start != step.products)
      entry.fail("expected products of the first block of a group, on its core and one a tick, found " +
                 entry.text());
    return step;
  }

  std::filesystem::path folder_;
  ExportedChip chip_;
  std::map<std::string, int> numbers_;  ///< of nodes, by name
};

}  // namespace

ExportedChip read_export(const std::filesystem::path& folder) { return Reader(folder).run(); }

}  // namespace mho
