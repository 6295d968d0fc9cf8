// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "core/base/error.hpp"
#include "core/base/fields_json.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/suggest.hpp"
#include "core/chip/export/export.hpp"
#include "core/chip/export/export_json.hpp"
#include "core/chip/export/json_entry.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/chip/export/layer_weights.hpp"
#include "core/chip/mapping/tiling.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/parameter_checks.hpp"

namespace mho {
namespace {

using Entry = JsonEntry;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

class Importer {
 public:
  explicit Importer(const std::filesystem::path& folder)
      : folder_(folder),
        io_(Entry::open(folder / "io.json", chip_format)),
        cores_(Entry::open(folder / "cores.json", chip_format)) {}

  ImportedChip run() {
    auto hardware = read_hardware();
    ImportedChip chip{read_architecture(hardware), {}, hardware};
    chip.parameters.resize(chip.architecture.nodes().size());
    read_blocks(chip);
    find_cell(chip.hardware);
    read_conductances();
    read_layers(chip);
    chip.targets = {std::move(conductances_us_), std::move(used_)};
    return chip;
  }

 private:
  Architecture read_architecture(const HardwareConfig& hardware) const {
    try {
      return load_architecture(folder_ / "architecture.json").with_digital_layers(hardware.digital_layers);
    } catch (const ArchitectureError& error) {
      throw DataError((folder_ / "architecture.json").string() + ": " + error.what());
    }
  }

  HardwareConfig read_hardware() const {
    HardwareConfig hardware;
    const Entry entry = io_.at("hardware");
    fields_from_json(entry.text(), {"hardware", "", [&](FieldVisitor& visitor) { hardware.fields(visitor); }},
                     entry.where());
    try {
      const auto word = cores_.get<std::string>("row_split");
      check_word("row_split", word, all_words<RowSplit>());
      hardware.row_split = *find_word<RowSplit>(word);
    } catch (const ConfigError& error) {
      cores_.fail(error.what());
    }
    const Entry devices = io_.at("device_parameters");
    for (const auto& section : device_sections(hardware.device_parameters, hardware.device)) {
      const Entry table = devices.at(section.name);
      fields_from_json(table.text(), section, table.where());
    }
    return hardware;
  }

  void read_blocks(const ImportedChip& chip) {
    const Entry numbers = cores_.at("chip");
    fields_from_json(numbers.text(), {"chip", "", [&](FieldVisitor& visitor) { chip_.fields(visitor); }},
                     numbers.where());
    if (chip_.crossbar_rows != chip.hardware.crossbar_rows ||
        chip_.crossbar_columns != chip.hardware.crossbar_columns)
      numbers.fail(fmt::format("expected the hardware's crossbars of {}x{}, found {}x{}",
                               chip.hardware.crossbar_rows, chip.hardware.crossbar_columns,
                               chip_.crossbar_rows, chip_.crossbar_columns));
    for (const Entry& core : cores_.at("cores").list())
      for (const Entry& block : core.at("blocks").list())
        if (block.whole("replica") == 0)  // the others hold the same weights
          blocks_[block.get<std::string>("layer")].push_back(read_block(block, core.whole("core")));
  }

  Block read_block(const Entry& entry, int core) const {
    const Block block{
        .node = 0,
        .extent = {entry.whole("row"), entry.whole("rows"), entry.whole("column"), entry.whole("columns")},
        .row_split = entry.whole("row_split"),
        .core = core,
        .core_row = entry.whole("core_row"),
        .core_column = entry.whole("core_column")};
    const auto inside = [](int first, int count, int size) {
      return count >= 1 && count <= size && first <= size - count;
    };
    if (core >= chip_.cores() || !inside(block.core_row, block.extent.rows, chip_.crossbar_rows) ||
        !inside(block.core_column, block.extent.columns, chip_.crossbar_columns))
      entry.fail(
          fmt::format("expected a block inside one of {} cores of {}x{}, found core {}, {}x{} at {}, {}",
                      chip_.cores(), chip_.crossbar_rows, chip_.crossbar_columns, core, block.extent.rows,
                      block.extent.columns, block.core_row, block.core_column));
    return block;
  }

  void find_cell(const HardwareConfig& hardware) {
    try {
      check_cell_fits(hardware, chip_);
      cell_ = make_weight_cell(hardware);
    } catch (const InputError& error) {
      io_.at("hardware").fail(error.what());
    }
  }

  void read_conductances() {
    const auto file = folder_ / "targets.npz";
    const auto arrays = read_npz(file);
    const auto found = arrays.find("conductances");
    if (found == arrays.end())
      throw DataError(file.string() + ": expected the array 'conductances', found none");
    const std::vector<std::int64_t> expected = {chip_.cores(), chip_.crossbar_rows, chip_.crossbar_columns,
                                                devices_of_cell};
    if (found->second.shape != expected)
      throw DataError(fmt::format("{}: conductances: expected the shape {}, found {}", file.string(),
                                  shape_text(expected), shape_text(found->second.shape)));
    conductances_us_ = found->second.as_float();
    check_numbers(conductances_us_, expected, NumberRule::from_zero, file.string() + ": conductances");
    const auto used = arrays.find("used");
    const std::vector<std::int64_t> cells(expected.begin(), expected.end() - 1);
    if (used == arrays.end() || used->second.shape != cells)
      throw DataError(fmt::format("{}: expected the array 'used' of the shape {}, found {}", file.string(),
                                  shape_text(cells),
                                  used == arrays.end() ? "none" : shape_text(used->second.shape)));
    for (const std::int64_t cell : used->second.as_int(file.string() + ": used")) used_.push_back(cell != 0);
  }

  void read_layers(ImportedChip& chip) {
    std::map<std::string, Entry> crossbar, digital;
    for (const Entry& layer : io_.at("crossbar_layers").list())
      crossbar.emplace(layer.get<std::string>("layer"), layer);
    for (const Entry& layer : io_.at("digital_layers").list())
      digital.emplace(layer.get<std::string>("layer"), layer);
    if (crossbar.size() + digital.size() != chip.parameters.size())
      io_.fail(fmt::format("expected one entry for each of {} layers, found {}", chip.parameters.size(),
                           crossbar.size() + digital.size()));
    for (const auto& [name, blocks] : blocks_)
      if (!crossbar.contains(name))
        cores_.fail("expected blocks of crossbar layers, found the layer '" + name + "'");
    for (int node = 0; node < static_cast<int>(chip.parameters.size()); ++node) {
      const bool on_crossbars = is_on_crossbars(chip.architecture, node);
      const std::string& name = chip.architecture.nodes()[static_cast<size_t>(node)].name;
      const auto& entries = on_crossbars ? crossbar : digital;
      const auto entry = entries.find(name);
      if (entry == entries.end()) io_.fail("expected an entry for the layer '" + name + "', found none");
      if (on_crossbars)
        read_crossbar_layer(chip, node, entry->second);
      else
        read_digital_layer(chip, node, entry->second);
    }
  }

  void read_crossbar_layer(ImportedChip& chip, int node, const Entry& entry) {
    LayerParameters& layer = chip.parameters[static_cast<size_t>(node)];
    const Node& here = chip.architecture.nodes()[static_cast<size_t>(node)];
    const auto above_zero = NumberRule::above_zero;
    layer.input_range = number(entry.at("input_range"), above_zero);
    layer.bias = on_cache_lines(numbers(entry.at("bias"), here.parameters - here.weights));
    std::vector<std::vector<float>> scales;
    const MatrixShape matrix = matrix_shape(chip.architecture, node);
    for (const Entry& split : entry.at("weight_scales").list())
      scales.push_back(numbers(split, matrix.columns, NumberRule::from_zero));
    layer.output_gain = number(entry.at("output_gain"), above_zero);
    const Entry ranges = entry.at("split_ranges");
    if (!ranges.list().empty()) layer.split_ranges = numbers(ranges, std::ssize(scales), above_zero);
    const RowCut cut = row_cut_of(chip.architecture, node, chip.hardware.row_split, chip_.crossbar_rows);
    // The scales are the chip's own: what is programmed from these weights again is the same conductances.
    for (const auto& split : scales)
      layer.column_scales.insert(layer.column_scales.end(), split.begin(), split.end());
    layer.weight = on_cache_lines(to_matrix_rows(
        weights_from_conductances(matrix, blocks_[here.name], scales, {conductances_us_, chip_, cell_},
                                  cores_.where() + ": layer '" + here.name + "'"),
        matrix.columns, cut));
  }

  void read_digital_layer(ImportedChip& chip, int node, const Entry& entry) const {
    LayerParameters& layer = chip.parameters[static_cast<size_t>(node)];
    const Node& here = chip.architecture.nodes()[static_cast<size_t>(node)];
    for (const ChannelTensor& tensor : here.tensors)
      layer.*tensor.values = on_cache_lines(
          numbers(entry.at(tensor.name), tensor_numbers(here.matrix, here.shape), tensor.rule));
    if (here.weights > 0) layer.weight = on_cache_lines(read_digital_weights(here));
  }

  std::vector<float> read_digital_weights(const Node& node) const {
    const auto file = folder_ / "digital_weights.safetensors";
    const auto tensors = read_safetensors(file);
    const auto found = tensors.find(node.name + ".weight");
    const std::int64_t columns = tensor_numbers(node.matrix, node.shape);
    const std::vector<std::int64_t> expected = {node.weights / columns, columns};
    if (found == tensors.end())
      throw DataError(
          fmt::format("{}: expected the tensor '{}.weight', found none", file.string(), node.name));
    if (found->second.shape != expected)
      throw DataError(fmt::format("{}: {}.weight: expected the shape {}, found {}", file.string(), node.name,
                                  shape_text(expected), shape_text(found->second.shape)));
    check_numbers(found->second.values, expected, NumberRule::finite,
                  fmt::format("{}: {}.weight", file.string(), node.name));
    return found->second.values;
  }

  static FloatBuffer on_cache_lines(const std::vector<float>& values) {
    return {values.begin(), values.end()};
  }

  static float number(const Entry& entry, NumberRule rule) {
    const auto value = entry.as<float>();
    check_numbers({&value, 1}, {}, rule, entry.where());
    return value;
  }

  static std::vector<float> numbers(const Entry& entry, std::int64_t expected,
                                    NumberRule rule = NumberRule::finite) {
    auto values = entry.as<std::vector<float>>();
    if (static_cast<std::int64_t>(values.size()) != expected)
      entry.fail(fmt::format("expected {} numbers, found {}", expected, values.size()));
    check_numbers(values, {&expected, 1}, rule, entry.where());
    return values;
  }

  std::filesystem::path folder_;
  Entry io_, cores_;
  ChipConfig chip_;
  WeightCell cell_;                                   ///< what the hardware's mapping makes of a unit cell
  std::map<std::string, std::vector<Block>> blocks_;  ///< by layer
  std::vector<float> conductances_us_;                ///< [core, row, column, device]
  std::vector<std::uint8_t> used_;                    ///< [core, row, column]
};

}  // namespace

ImportedChip import_chip(const std::filesystem::path& folder) { return Importer(folder).run(); }

}  // namespace mho
