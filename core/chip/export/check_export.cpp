// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/check_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/export/export.hpp"
#include "core/chip/export/export_json.hpp"
#include "core/chip/export/export_schemas.hpp"
#include "core/chip/export/json_schema.hpp"
#include "core/chip/simulate/simulator.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

class Checker {
 public:
  explicit Checker(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::vector<std::string> run() {
    check_files();
    if (problems_.empty()) check_versions();
    if (problems_.empty()) check_schemas();
    try {
      if (problems_.empty()) check_whole();
    } catch (const InputError& error) {
      problems_.emplace_back(error.what());
    }
    return std::move(problems_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    problems_.push_back(fmt::format(format, std::forward<Values>(values)...));
  }

  Json json_of(const std::string& name) const {
    const auto text = read_text_file(folder_ / name);
    check_json_depth(text, (folder_ / name).string());
    return Json::parse(text, nullptr, false);
  }

  void check_files() {
    const auto& known = export_files();
    for (const auto& [name, required] : known)
      if (required && !is_file(folder_ / name))
        add("{}: expected the file, found none", (folder_ / name).string());
    check_names(folder_);
  }

  void check_names(const std::filesystem::path& folder) {
    for (const auto& path : list_folder(folder)) {
      const bool link = std::filesystem::is_symlink(path);  // not followed: it may lead back
      if (!link && is_folder(path))
        check_names(path);
      else if (!export_files().contains(path.lexically_relative(folder_).generic_string()))
        add("{}: expected no file of this name in an export, found one", path.string());
    }
  }

  /// One line a file: the schema's own "const" would say the same with less.
  void check_versions() {
    for (const auto& [name, schema] : export_schemas()) {
      const std::string expected = Json::parse(schema).at("properties").at("format").at("const");
      const Json document = json_of(name);
      const bool has_format = document.is_object() && document.contains("format");
      if (!has_format || document.at("format") != expected)
        add("{}: expected the format '{}', found {}", (folder_ / name).string(), expected,
            has_format ? document.at("format").dump() : "none");
    }
  }

  void check_schemas() {
    for (const auto& [name, schema] : export_schemas()) {
      const auto path = folder_ / name;
      const auto found = schema_problems(read_text_file(path), schema, path.string());
      problems_.insert(problems_.end(), found.begin(), found.end());
      if (read_text_file(folder_ / schema_file(name)) != schema)
        add("{}: expected the schema of this version of mho, found another",
            (folder_ / schema_file(name)).string());
    }
  }

  void check_whole() {
    if (is_file(folder_ / "features.json") && !json_of("features.json").is_object())
      add("{}: expected a JSON object, found something else", (folder_ / "features.json").string());
    const ChipSimulator simulator(folder_);
    check_targets(simulator.chip());
    check_cells();
    check_tables();
    check_predictions(simulator.count_cost(), simulator.chip().predicted);
  }

  void check_targets(const ExportedChip& chip) {
    const auto file = (folder_ / "targets.npz").string();
    const auto g_max = static_cast<float>(chip.network.hardware.g_max_us);
    const auto& targets = chip.network.targets.conductances_us;
    const float largest = targets.empty() ? 0.0F : *std::max_element(targets.begin(), targets.end());
    if (largest > g_max) add("{}: expected conductances up to {} µS, found {}", file, g_max, largest);
    const auto arrays = read_npz(folder_ / "targets.npz");
    const auto tolerance = arrays.find("adc_tolerance_counts");
    if (tolerance == arrays.end() || tolerance->second.as_int(file + ": adc_tolerance_counts") !=
                                         std::vector<std::int64_t>{chip.chip.adc_tolerance_counts})
      add("{}: expected adc_tolerance_counts to be the chip's {}", file, chip.chip.adc_tolerance_counts);
    for (const auto& [name, array] : arrays)
      if (name != "conductances" && name != "used" && name != "adc_tolerance_counts")
        add("{}: found the unknown array '{}'", file, name);
  }

  void check_cells() {
    const Json cores = json_of("cores.json");
    for (const Json& core : cores.at("cores")) {
      std::int64_t cells = 0;
      for (const Json& block : core.at("blocks"))
        cells += block.at("rows").get<std::int64_t>() * block.at("columns").get<std::int64_t>();
      if (core.at("used_cells") != cells)
        add("{}: core {}: expected {} used cells, the sum of its blocks, found {}",
            (folder_ / "cores.json").string(), core.at("core").dump(), cells, core.at("used_cells").dump());
    }
  }

  void check_rows(const char* name, size_t expected) {
    const std::string text = read_text_file(folder_ / name);
    const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    if (lines != expected + 1)
      add("{}: expected a header and {} lines, found {} lines", (folder_ / name).string(), expected, lines);
  }

  void check_tables() {
    const Json schedule = json_of("schedule.json");
    check_rows("cores.csv", json_of("cores.json").at("cores").size());
    check_rows("links.csv", json_of("links.json").at("links").size());
    check_rows("schedule.csv",
               schedule.at("one_image").at("steps").size() + schedule.at("pipelined").at("steps").size());
  }

  void check_predictions(const Cost& counted, const Cost& predicted) {
    const auto same = [this](const char* name, auto found, auto expected) {
      if (found != expected)
        add("{}: predicted: {}: expected {}, as one simulated image counts, found {}",
            (folder_ / "schedule.json").string(), name, expected, found);
    };
    same("cores", predicted.cores, counted.cores);
    same("core_mvms", predicted.core_mvms, counted.core_mvms);
    same("digital_macs", predicted.digital_macs, counted.digital_macs);
    same("bit_hops", predicted.bit_hops, counted.bit_hops);
    same("buffer_bits", predicted.buffer_bits, counted.buffer_bits);
    same("buffered_bits", predicted.buffered_bits, counted.buffered_bits);
    same("interval", predicted.interval, counted.interval);
    same("fill", predicted.fill, counted.fill);
    same("latency_s", predicted.latency_s, counted.latency_s);
    same("throughput_hz", predicted.throughput_hz, counted.throughput_hz);
    same("energy_low_j", predicted.energy_low_j, counted.energy_low_j);
    same("energy_high_j", predicted.energy_high_j, counted.energy_high_j);
  }

  std::filesystem::path folder_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_export(const std::filesystem::path& folder) {
  if (!is_folder(folder)) throw DataError(folder.string() + ": expected an export folder, found none");
  return Checker(folder).run();
}

}  // namespace mho
