// SPDX-License-Identifier: Apache-2.0
#include "search/run_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "search/proposer.hpp"

namespace mho {
namespace {

void check_crossbars(const RunConfig& config) {
  const auto& hardware = config.hardware;
  const auto& chip = config.chip;
  if (hardware.crossbar_rows != chip.crossbar_rows || hardware.crossbar_columns != chip.crossbar_columns)
    throw ConfigError(
        fmt::format("hardware.crossbar_rows x hardware.crossbar_columns: expected {} x {} as chip '{}' has "
                    "them, got {} x {}",
                    chip.crossbar_rows, chip.crossbar_columns, chip.name, hardware.crossbar_rows,
                    hardware.crossbar_columns));
}

void check_times(const std::vector<double>& times) {
  for (const double needed : {kOneSecond, kOneDay, kOneMonth})
    if (std::find(times.begin(), times.end(), needed) == times.end())
      throw ConfigError(
          fmt::format("scoring.times_s: expected 1, 86400 (1 day) and 2592000 (30 days) among them, "
                      "because selection and AVM use them, got {}",
                      times));
}

void check_search(const SearchConfig& search, const ChipConfig& chip) {
  make_proposer(search.proposer);
  if (search.max_cores > chip.cores())
    throw ConfigError(fmt::format("search.max_cores: expected at most the {} cores of chip '{}', got {}",
                                  chip.cores(), chip.name, search.max_cores));
  if (search.width_mutation + search.depth_mutation + search.other_mutation <= 0)
    throw ConfigError(
        "search.width_mutation, depth_mutation, other_mutation: expected one above 0, got 0, 0, 0");
}

}  // namespace

void ChipSelection::fields(FieldVisitor& visitor) {
  visitor.field("file", &file, anything(),
                "a chip file, relative to this file; \"\" is the built-in hermes64");
}

std::vector<Section> RunConfig::sections() {
  return {{"task", "Which data, and how they are split.", [this](FieldVisitor& v) { task.fields(v); }},
          {"space", "Ranges of the genomes that a search may propose.",
           [this](FieldVisitor& v) { space.fields(v); }},
          {"search", "How genomes are proposed, bounded and ranked.",
           [this](FieldVisitor& v) { search.fields(v); }},
          {"training", "How weights come to be.", [this](FieldVisitor& v) { training.fields(v); }},
          {"hardware", "Devices, converters and crossbars.", [this](FieldVisitor& v) { hardware.fields(v); }},
          {"scoring", "How often and when a candidate is measured.",
           [this](FieldVisitor& v) { scoring.fields(v); }},
          {"chip", "Which chip a network is mapped onto.",
           [this](FieldVisitor& v) { chip_selection.fields(v); }}};
}

void check_run_config(const RunConfig& config) {
  const Space space(config.space);
  config.hardware.check();
  check_crossbars(config);
  check_times(config.scoring.times_s);
  check_search(config.search, config.chip);
}

RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  RunConfig config;
  read_config(file, config.sections());
  for (const auto& assignment : assignments) set_config(assignment, config.sections());
  if (auto& chip = config.chip_selection.file; !chip.empty()) {
    chip = std::filesystem::absolute(file.parent_path() / chip).lexically_normal().string();
    config.chip = load_chip(chip);
  }
  try {
    check_run_config(config);
  } catch (const ConfigError& error) {
    throw ConfigError(file.string() + ": " + error.what());
  }
  return config;
}

}  // namespace mho
