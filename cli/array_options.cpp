// SPDX-License-Identifier: Apache-2.0
#include "cli/array_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/out_files.hpp"
#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/parallel.hpp"
#include "core/base/quantity.hpp"
#include "search/run_config.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json use_json(const TileUse& use) {
  return {{"tile_products", use.products},
          {"saturations", use.saturations},
          {"input_conversions", use.dac_conversions},
          {"output_conversions", use.adc_conversions}};
}

std::vector<Section> hardware_sections(RunConfig& config) {
  std::vector<Section> sections;
  for (auto& section : config.sections())
    if (section.name == "hardware" || section.name == "device" || section.name.starts_with("device."))
      sections.push_back(std::move(section));
  return sections;
}

}  // namespace

void add_array_options(CLI::App& command, ArrayOptions& options, const std::string& out) {
  command.add_option("CONFIG", options.config, "Run file, for [hardware] and [device] (default: presets)");
  command.add_option("--device", options.device, "Device model; replaces hardware.device")->type_name("NAME");
  command
      .add_option("--set", options.assignments,
                  "Set configuration values: --set hardware.adc_bits=9 device.drift_scale=0 (repeatable)")
      ->type_name("TABLE.KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--reads", options.reads, "Reads that are averaged for every product")
      ->type_name("N")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command.add_option("--age", options.age_s, "Seconds from programming to the first product")->type_name("S");
  command.add_option("--crossbars", options.crossbars, "Crossbars of the chip; 0: as many as it takes")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000));
  command.add_flag("--exact", options.exact, "Find the exact answer too, and print the errors");
  command.add_option("--seed", options.seed, "Seed of every random number")->type_name("N");
  command.add_option("--threads", options.threads, "Threads; 0 for all cores. Results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  command.add_flag("--json", options.json, "Print one JSON document instead of text");
  command.add_option("--out", options.out, out)->type_name("FILE");
  add_force_option(command, options.force);
}

HardwareConfig read_array_hardware(const HardwareConfig& base, const std::filesystem::path& file,
                                   const std::vector<std::string>& assignments) {
  RunConfig config;
  config.hardware = base;
  if (!file.empty()) {
    read_config(file, config.sections());
    auto& devices = config.hardware.device_parameters;
    for (std::string* table : {&devices.table.file, &devices.pulse_table.file})
      if (!table->empty()) *table = std::filesystem::absolute(file.parent_path() / *table).string();
  }
  for (const auto& assignment : assignments) set_config(assignment, hardware_sections(config));
  return config.hardware;
}

ArraySettings array_settings(const ArrayOptions& options) {
  set_thread_count(options.threads);
  auto assignments = options.assignments;
  if (!options.device.empty()) assignments.push_back("hardware.device=" + options.device);
  return {read_array_hardware(linalg_hardware(), options.config, assignments), options.reads, options.age_s,
          options.crossbars};
}

RealMatrix read_matrix(const std::filesystem::path& file, size_t dimensions) {
  const auto array = read_npy(file);
  if (array.shape.size() != dimensions || array.size() == 0)
    throw DataError(fmt::format("{}: expected {} with numbers, got {} dimensions and {} numbers",
                                file.string(), dimensions == 1 ? "a vector" : "a matrix", array.shape.size(),
                                array.size()));
  for (const auto side : array.shape)
    if (side > 1 << 24)
      throw DataError(fmt::format("{}: expected sides of at most {}, got {}", file.string(), 1 << 24, side));
  RealMatrix matrix;
  matrix.rows = static_cast<int>(array.shape[0]);
  matrix.columns = dimensions == 1 ? 1 : static_cast<int>(array.shape[1]);
  matrix.values = array.as_double();
  return matrix;
}

std::string bill_json(const ArrayBill& bill) {
  return Json{{"products", bill.products},
              {"crossbars", bill.crossbars},
              {"forward", use_json(bill.forward)},
              {"transposed", use_json(bill.transposed)},
              {"devices_programmed", bill.writes.programmed},
              {"pulses", bill.writes.pulses},
              {"converter_energy_j", {bill.energy.low_j, bill.energy.high_j}}}
      .dump();
}

std::string bill_text(const ArrayBill& bill) {
  auto use = bill.forward;
  use += bill.transposed;
  return fmt::format(
      "array          {} products, {} of tiles ({} saturated), on {} crossbars\n"
      "conversions    {} in, {} out: {} to {}\n"
      "writes         {} devices programmed, {} pulses\n",
      format_count(bill.products), format_count(use.products), format_count(use.saturations),
      format_count(bill.crossbars), format_count(use.dac_conversions), format_count(use.adc_conversions),
      format_quantity(bill.energy.low_j, "J"), format_quantity(bill.energy.high_j, "J"),
      format_count(bill.writes.programmed), format_count(bill.writes.pulses));
}

}  // namespace mho
