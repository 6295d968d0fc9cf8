// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/candidate.hpp"
#include "cli/host_extensions.hpp"
#include "cli/output.hpp"
#include "cli/show/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/config_file.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/quantity.hpp"
#include "core/chip/mapping/cost_json.hpp"
#include "core/chip/mapping/mapping_study.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_architectures.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

struct MapArguments {
  std::vector<std::string> networks;
  std::filesystem::path chip;
  std::vector<std::string> assignments;
  bool json = false;
};

/// What of [hardware] decides where weights lie.
struct DigitalLayers {
  std::vector<std::string> names;

  void fields(FieldVisitor& visitor) {
    visitor.field("digital_layers", &names, anything(), "matrix layers that lie on no crossbar, by name");
  }
};

/// The networks of docs/chip.md.
const std::vector<std::string> studied = {"autoencoder", "resnet8",  "ds_cnn",   "mobilenet_v1_025",
                                          "resnet9",     "resnet20", "resnet32", "mobilenet_v2_cifar"};

Architecture find_network(const std::string& name, const NetworkReader& reader) {
  if (is_folder(name)) return load_architecture(std::filesystem::path(name) / "architecture.json");
  if (auto found = load_network(name, reader)) return found->architecture;
  const auto task = published_task(name);
  return make_builtin(name, task.input, task.classes);
}

std::string range(double low, double high, const char* unit) {
  const std::string from = format_quantity(low, unit), to = format_quantity(high, unit);
  return from == to ? from : from + " to " + to;
}

std::string saved(std::int64_t placed, std::int64_t baseline) {
  if (baseline == 0) return "-";
  return fmt::format("{:.1f} %", 100 - 100 * static_cast<double>(placed) / static_cast<double>(baseline));
}

std::string core_table(const std::vector<MappingStudy>& studies) {
  std::string text =
      "| network | weights on crossbars | cores naive | packed | area bound | cells used | core products |\n"
      "|---|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& study : studies) {
    text += fmt::format("| {} | {} | {} | ", study.name, format_count(study.weights), study.naive_cores);
    if (study.packed)
      text += fmt::format("{} | {} | {} | {} |\n", study.packed->cost.cores, study.area_bound,
                          format_percent(study.packed->cost.utilisation),
                          format_count(study.packed->cost.core_mvms));
    else
      text += fmt::format("does not fit | {} | - | - |\n", study.area_bound);
  }
  return text;
}

std::string images_per_second(const Cost& cost, double product_time_s) {
  return format_count(std::llround(1 / (static_cast<double>(cost.interval) * product_time_s)));
}

std::string pipeline_table(const ChipConfig& chip, const std::vector<MappingStudy>& studies) {
  std::string text =
      "| network | interval naive | balanced | ideal | of ideal | images/s, 1 phase | 4 phases | latency | "
      "energy | TOPS/W |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& study : studies) {
    if (!study.balanced) continue;
    const Cost& cost = study.balanced->cost;
    text +=
        fmt::format("| {} | {} | {} | {} | {:.2f} | {} | {} | {} | {} | {:.2f} |\n", study.name,
                    format_count(study.naive_interval), cost.interval, study.ideal_interval,
                    static_cast<double>(cost.interval) / static_cast<double>(study.ideal_interval),
                    images_per_second(cost, chip.mvm_time_s),
                    images_per_second(cost, chip.four_phase_mvm_time_s), format_quantity(cost.latency_s, "s"),
                    range(cost.energy_low_j, cost.energy_high_j, "J"), cost.effective_tops_per_watt);
  }
  return text;
}

std::string energy_table(const std::vector<MappingStudy>& studies) {
  std::string text =
      "| network | cores | core products | of one copy's | interval | energy | TOPS/W |\n"
      "|---|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& study : studies) {
    if (!study.folded || !study.packed) continue;
    const Cost& cost = study.folded->cost;
    text +=
        fmt::format("| {} | {} | {} | {:.2f} | {} | {} | {:.2f} |\n", study.name, cost.cores,
                    format_count(cost.core_mvms),
                    static_cast<double>(cost.core_mvms) / static_cast<double>(study.packed->cost.core_mvms),
                    format_count(cost.interval), range(cost.energy_low_j, cost.energy_high_j, "J"),
                    cost.effective_tops_per_watt);
  }
  return text;
}

std::string placement_row(const std::string& name, const Mapping& mapping, const PlacementStudy& placement) {
  return fmt::format("| {} | {} | {} | {} | {} | {}{} | {} | {} | {} |\n", name, mapping.cost.cores,
                     format_count(placement.random), format_count(placement.raster),
                     format_count(placement.zig_zag), format_count(placement.placed),
                     placement.optimal ? " (optimal)" : "", saved(placement.placed, placement.random),
                     saved(placement.placed, placement.raster), saved(placement.placed, placement.zig_zag));
}

std::string placement_table(const std::vector<MappingStudy>& studies) {
  std::string text =
      "| mapping | cores | bit-hops random | raster | zig-zag | placed | saved of random | of raster | of "
      "zig-zag |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& study : studies) {
    if (study.packed) text += placement_row(study.name + ", packed", *study.packed, *study.packed_placement);
    if (study.balanced)
      text += placement_row(study.name + ", balanced", *study.balanced, *study.balanced_placement);
  }
  return text;
}

Json placement_json(const PlacementStudy& placement) {
  return {{"placed", placement.placed},
          {"zig_zag", placement.zig_zag},
          {"raster", placement.raster},
          {"random", placement.random},
          {"optimal", placement.optimal}};
}

/// null where the network does not fit.
Json mapping_json(const std::optional<Mapping>& mapping, const std::optional<PlacementStudy>& placement) {
  if (!mapping) return nullptr;
  Json json = Json::parse(cost_json(mapping->cost));
  json["interval"] = mapping->cost.interval;
  if (placement) json["bit_hops"] = placement_json(*placement);
  return json;
}

std::string to_json(const ChipConfig& chip, const std::vector<MappingStudy>& studies) {
  Json json = {{"chip", chip.name},
               {"link_graph", word_of(chip.link_graph)},
               {"from_hermes64", chip.from_hermes64},
               {"networks", Json::array()}};
  for (const auto& s : studies) {
    json["networks"].push_back({{"network", s.name},
                                {"weights", s.weights},
                                {"naive_cores", s.naive_cores},
                                {"area_bound", s.area_bound},
                                {"naive_interval", s.naive_interval},
                                {"ideal_interval", s.ideal_interval},
                                {"packed", mapping_json(s.packed, s.packed_placement)},
                                {"balanced", mapping_json(s.balanced, s.balanced_placement)},
                                {"folded", mapping_json(s.folded, {})}});
    if (!s.packed) json["networks"].back()["unmapped"] = s.reason;
  }
  return json.dump(2) + "\n";
}

int run(const MapArguments& arguments, const NetworkReader& reader) {
  const ChipConfig chip = arguments.chip.empty() ? ChipConfig{} : load_chip(arguments.chip);
  MappingConfig config;
  DigitalLayers digital;
  for (const auto& assignment : arguments.assignments)
    set_config(assignment,
               {{"chip", "", [&config](FieldVisitor& visitor) { config.fields(visitor); }},
                {"hardware", "", [&digital](FieldVisitor& visitor) { digital.fields(visitor); }}});
  std::vector<MappingStudy> studies;
  for (const auto& name : arguments.networks.empty() ? studied : arguments.networks)
    studies.push_back(
        study_mapping(find_network(name, reader).with_digital_layers(digital.names), chip, config));
  if (arguments.json) {
    print(to_json(chip, studies));
    return 0;
  }
  std::string text = "Fewest cores.\n\n" + core_table(studies) + "\nBalanced pipeline over all cores.\n\n" +
                     pipeline_table(chip, studies) + "\nFewest products.\n\n" + energy_table(studies) +
                     fmt::format("\nPlacement on the link graph \"{}\".\n\n", word_of(chip.link_graph)) +
                     placement_table(studies);
  for (const auto& study : studies)
    if (!study.packed) text += "\n" + study.reason + "\n";
  if (!chip.from_hermes64.empty()) text += "\n" + borrowed_text(chip.from_hermes64);
  print(text);
  return 0;
}

}  // namespace

void add_map(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<MapArguments>();
  auto* command =
      app.add_subcommand("map", "Map networks onto a chip, untrained, beside bounds and baselines");
  command->add_option(
      "NETWORK", arguments->networks,
      "Known names, architecture or ONNX files, or winner folders (default: those of docs/chip.md)");
  command->add_option("--chip", arguments->chip, "Chip file (default: the built-in hermes64)")
      ->type_name("FILE");
  command
      ->add_option("--set", arguments->assignments,
                   "chip.KEY=VALUE of the [chip] table, or hardware.digital_layers (repeatable)")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command->add_flag("--json", arguments->json, "Print one JSON document instead of tables");
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions.read_network); };
  });
}

}  // namespace mho
