// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/export.hpp"
#include "core/chip/export_json.hpp"
#include "core/chip/fields_json.hpp"
#include "core/chip/tiling.hpp"
#include "core/nn/architecture_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// A JSON document of the folder and the way into it, for messages.
class Entry {
 public:
  static Entry open(const std::filesystem::path& file) {
    const Json json = Json::parse(read_text_file(file), nullptr, false);
    if (json.is_discarded()) throw DataError(file.string() + ": expected JSON, found a syntax error");
    Entry entry(json, file.string());
    const auto format = entry.get<std::string>("format");
    if (format != chip_format)
      throw DataError(
          fmt::format("{}: expected the format '{}', found '{}'", file.string(), chip_format, format));
    return entry;
  }

  Entry at(const std::string& key) const {
    if (!json_.is_object() || !json_.contains(key)) fail("expected the key '" + key + "', found none");
    return Entry(json_.at(key), where_ + ": " + key);
  }

  template <class Value>
  Value get(const std::string& key) const {
    return at(key).as<Value>();
  }

  template <class Value>
  Value as() const {
    try {
      return json_.get<Value>();
    } catch (const Json::exception& error) {
      fail(std::string("wrong type: ") + error.what());
    }
  }

  std::vector<Entry> list() const {
    if (!json_.is_array()) fail("expected a list");
    std::vector<Entry> entries;
    for (size_t i = 0; i < json_.size(); ++i)
      entries.push_back(Entry(json_[i], fmt::format("{}[{}]", where_, i)));
    return entries;
  }

  std::string text() const { return json_.dump(); }
  const std::string& where() const { return where_; }
  [[noreturn]] void fail(const std::string& what) const { throw DataError(where_ + ": " + what); }

 private:
  Entry(Json json, std::string where) : json_(std::move(json)), where_(std::move(where)) {}
  Json json_;
  std::string where_;
};

/// One block of cores.json, checked to lie inside its core.
struct PlacedBlock {
  int core, core_row, core_column, row, rows, column, columns, row_split;
};

class Importer {
 public:
  explicit Importer(const std::filesystem::path& folder)
      : folder_(folder), io_(Entry::open(folder / "io.json")), cores_(Entry::open(folder / "cores.json")) {}

  ImportedChip run() {
    ImportedChip chip{read_architecture(), {}, read_hardware()};
    chip.parameters.resize(chip.architecture.nodes().size());
    read_blocks(chip);
    read_conductances();
    read_layers(chip);
    return chip;
  }

 private:
  Architecture read_architecture() const {
    try {
      return load_architecture(folder_ / "architecture.json");
    } catch (const ArchitectureError& error) {
      throw DataError((folder_ / "architecture.json").string() + ": " + error.what());
    }
  }

  HardwareConfig read_hardware() const {
    HardwareConfig hardware;
    const Entry entry = io_.at("hardware");
    fields_from_json(entry.text(), {"hardware", "", [&](FieldVisitor& visitor) { hardware.fields(visitor); }},
                     entry.where());
    return hardware;
  }

  void read_blocks(const ImportedChip& chip) {
    const Entry numbers = cores_.at("chip");
    core_count_ = numbers.get<int>("grid_rows") * numbers.get<int>("grid_columns");
    rows_ = numbers.get<int>("crossbar_rows");
    columns_ = numbers.get<int>("crossbar_columns");
    if (rows_ != chip.hardware.crossbar_rows || columns_ != chip.hardware.crossbar_columns)
      numbers.fail(fmt::format("expected the hardware's crossbars of {}x{}, found {}x{}",
                               chip.hardware.crossbar_rows, chip.hardware.crossbar_columns, rows_, columns_));
    for (const Entry& core : cores_.at("cores").list())
      for (const Entry& block : core.at("blocks").list())
        blocks_[block.get<std::string>("layer")].push_back(read_block(block, core.get<int>("core")));
  }

  PlacedBlock read_block(const Entry& entry, int core) const {
    const PlacedBlock block{core,
                            entry.get<int>("core_row"),
                            entry.get<int>("core_column"),
                            entry.get<int>("row"),
                            entry.get<int>("rows"),
                            entry.get<int>("column"),
                            entry.get<int>("columns"),
                            entry.get<int>("row_split")};
    const auto inside = [](int first, int count, int size) {
      return first >= 0 && count >= 1 && count <= size && first <= size - count;
    };
    if (core < 0 || core >= core_count_ || !inside(block.core_row, block.rows, rows_) ||
        !inside(block.core_column, block.columns, columns_) || block.row < 0 || block.column < 0)
      entry.fail(fmt::format(
          "expected a block inside one of {} cores of {}x{}, found core {}, {}x{} at {}, {}", core_count_,
          rows_, columns_, core, block.rows, block.columns, block.core_row, block.core_column));
    return block;
  }

  void read_conductances() {
    const auto file = folder_ / "targets.npz";
    const auto arrays = read_npz(file);
    const auto found = arrays.find("conductances");
    if (found == arrays.end())
      throw DataError(file.string() + ": expected the array 'conductances', found none");
    const std::vector<std::int64_t> expected = {core_count_, rows_, columns_, devices_of_cell};
    if (found->second.shape != expected)
      throw DataError(fmt::format("{}: conductances: expected the shape {}, found {}", file.string(),
                                  shape_text(expected), shape_text(found->second.shape)));
    conductances_us_ = found->second.as_float();
  }

  void read_layers(ImportedChip& chip) {
    std::map<std::string, Entry> crossbar, digital;
    for (const Entry& layer : io_.at("crossbar_layers").list())
      crossbar.emplace(layer.get<std::string>("layer"), layer);
    for (const Entry& layer : io_.at("digital_layers").list())
      digital.emplace(layer.get<std::string>("layer"), layer);
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
    layer.input_range = entry.get<float>("input_range");
    layer.bias = numbers(entry.at("bias"), here.parameters - here.weights);
    layer.weight = read_weights(matrix_shape(chip.architecture, node), entry, here.name, chip.hardware);
  }

  /// weight = (G1+ + G2+ - G1- - G2-) / g_max x scale of its row split and column.
  std::vector<float> read_weights(const MatrixShape& matrix, const Entry& entry, const std::string& name,
                                  const HardwareConfig& hardware) {
    const auto splits = entry.at("weight_scales").list();
    std::vector<std::vector<float>> scales;
    for (const Entry& split : splits) scales.push_back(numbers(split, matrix.columns));
    std::vector<float> weights(static_cast<size_t>(matrix.rows) * static_cast<size_t>(matrix.columns));
    std::vector<bool> covered(weights.size(), false);
    for (const PlacedBlock& block : blocks_[name]) {
      check_block(block, matrix, scales.size(), name);
      const std::vector<float>& scale = scales[static_cast<size_t>(block.row_split)];
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column) {
          const size_t index = static_cast<size_t>(block.row + row) * static_cast<size_t>(matrix.columns) +
                               static_cast<size_t>(block.column + column);
          if (covered[index])
            cores_.fail("layer '" + name + "': expected blocks side by side, found two that overlap");
          covered[index] = true;
          weights[index] = difference(block, row, column) / static_cast<float>(hardware.g_max_us) *
                           scale[static_cast<size_t>(block.column + column)];
        }
    }
    if (std::find(covered.begin(), covered.end(), false) != covered.end())
      cores_.fail(fmt::format("layer '{}': expected blocks that cover {}x{}, found a gap", name, matrix.rows,
                              matrix.columns));
    return weights;
  }

  void check_block(const PlacedBlock& block, const MatrixShape& matrix, size_t splits,
                   const std::string& name) const {
    if (block.row > matrix.rows - block.rows || block.column > matrix.columns - block.columns)
      cores_.fail(fmt::format("layer '{}': expected blocks inside {}x{}, found {}x{} at {}, {}", name,
                              matrix.rows, matrix.columns, block.rows, block.columns, block.row,
                              block.column));
    if (block.row_split < 0 || static_cast<size_t>(block.row_split) >= splits)
      cores_.fail(
          fmt::format("layer '{}': expected a row split below {}, found {}", name, splits, block.row_split));
  }

  float difference(const PlacedBlock& block, int row, int column) const {
    const size_t cell =
        static_cast<size_t>(block.core * rows_ + block.core_row + row) * static_cast<size_t>(columns_) +
        static_cast<size_t>(block.core_column + column);
    const float* g = conductances_us_.data() + cell * devices_of_cell;
    return g[g1_plus] + g[g2_plus] - g[g1_minus] - g[g2_minus];
  }

  void read_digital_layer(ImportedChip& chip, int node, const Entry& entry) const {
    LayerParameters& layer = chip.parameters[static_cast<size_t>(node)];
    const Node& here = chip.architecture.nodes()[static_cast<size_t>(node)];
    if (std::holds_alternative<BatchNorm>(here.layer)) {
      layer.gamma = numbers(entry.at("gamma"), here.shape.channels);
      layer.beta = numbers(entry.at("beta"), here.shape.channels);
      layer.running_mean = numbers(entry.at("running_mean"), here.shape.channels);
      layer.running_variance = numbers(entry.at("running_variance"), here.shape.channels);
    }
    if (is_grouped(here)) {
      if (here.parameters > here.weights) layer.bias = numbers(entry.at("bias"), here.shape.channels);
      layer.weight = read_digital_weights(here);
    }
  }

  std::vector<float> read_digital_weights(const Node& node) const {
    const auto file = folder_ / "digital_weights.safetensors";
    const auto tensors = read_safetensors(file);
    const auto found = tensors.find(node.name + ".weight");
    const std::vector<std::int64_t> expected = {node.weights / node.shape.channels, node.shape.channels};
    if (found == tensors.end())
      throw DataError(
          fmt::format("{}: expected the tensor '{}.weight', found none", file.string(), node.name));
    if (found->second.shape != expected)
      throw DataError(fmt::format("{}: {}.weight: expected the shape {}, found {}", file.string(), node.name,
                                  shape_text(expected), shape_text(found->second.shape)));
    return found->second.values;
  }

  static std::vector<float> numbers(const Entry& entry, std::int64_t expected) {
    auto values = entry.as<std::vector<float>>();
    if (static_cast<std::int64_t>(values.size()) != expected)
      entry.fail(fmt::format("expected {} numbers, found {}", expected, values.size()));
    return values;
  }

  std::filesystem::path folder_;
  Entry io_, cores_;
  int core_count_ = 0, rows_ = 0, columns_ = 0;
  std::map<std::string, std::vector<PlacedBlock>> blocks_;  ///< by layer
  std::vector<float> conductances_us_;                      ///< [core, row, column, device]
};

}  // namespace

ImportedChip import_chip(const std::filesystem::path& folder) { return Importer(folder).run(); }

}  // namespace mho
