// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/bench_networks.hpp"
#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "evaluators/measures/network_bench.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

struct BenchArguments {
  std::vector<std::string> filters;
  int threads = 1;
  int samples = 7;
  bool quick = false;
  bool list = false;
  bool json = false;

  Sampling sampling() const { return quick ? Sampling{2, 0.01, 1} : Sampling{samples, 0.2, 30}; }
  BenchSizes sizes(int batch) const {
    return quick ? BenchSizes{batch, 32, 50, 2, 1} : BenchSizes{batch, 256, 1000, 25, 1};
  }
};

/// One line of the bench: what it is called and how it is measured.
struct Entry {
  std::string name;
  std::function<Json()> measure;
};

Json spread_json(const Spread& spread, double factor = 1) {
  return {{"median", spread.median * factor}, {"min", spread.min * factor}, {"max", spread.max * factor}};
}

Json network_row(const BenchNetwork& network, BenchRow row, const BenchArguments& arguments) {
  const auto result =
      bench_network(network.architecture, row, arguments.sizes(network.batch), arguments.sampling());
  Json json{{"network", network.architecture.name()},
            {"row", bench_row_name(row)},
            {"batch", network.batch},
            {"macs", network.architecture.macs()},
            {"parameters", network.architecture.parameters()},
            {"unit", "images/s"}};
  json.update(spread_json(result.images_per_s));
  json.update({{"samples", result.samples},
               {"gflops", result.flops * 1e-9},
               {"peak_gflops", result.peak_flops * 1e-9},
               {"share_of_peak", result.share_of_peak}});
  return json;
}

/// Time of one call over `items`, in `unit`, of which a second has `units_per_s`.
Json time_row(const char* unit, double units_per_s, double items, const std::function<void()>& work,
              const BenchArguments& arguments) {
  const auto measured = measure(work, arguments.sampling());
  Json json{{"unit", unit}};
  json.update(spread_json(spread_of(measured.seconds), units_per_s / items));
  json.update({{"samples", measured.seconds.size()}});
  return json;
}

Json mapping_row(MappingObjective objective, MappingMode mode, const BenchArguments& arguments) {
  const auto architecture = make_builtin("resnet32", {32, 32, 3}, 10);
  const ChipConfig chip;
  MappingConfig config;
  config.objective = objective;
  const auto map = [&] { map_onto_chip(architecture, chip, config, mode); };
  return time_row("ms", 1e3, 1, map, arguments);
}

/// On one thread, into a buffer that stays in the nearest cache.
Json gaussian_row(const BenchArguments& arguments) {
  std::vector<float> values(size_t{1} << 13);
  std::uint64_t calls = 0;
  const RandomKey key(0);
  const auto draw = [&] { fill_normal(key.with("bench", calls++), values); };
  return time_row("ns/sample", 1e9, static_cast<double>(values.size()), draw, arguments);
}

/// bfloat16 only where the processor has such products.
std::vector<BenchRow> rows_of(const BenchNetwork& network) {
  std::vector<BenchRow> rows{BenchRow::digital_training, BenchRow::noisy_training};
  if (has_bfloat16())
    rows.insert(rows.end(), {BenchRow::bfloat16_training, BenchRow::digital_bfloat16_training});
  if (network.on_chip)
    rows.insert(rows.end(),
                {BenchRow::pulsed_training, BenchRow::pulsed31_training, BenchRow::mixed_precision_training});
  if (network.training_only) return rows;
  rows.insert(rows.end(), {BenchRow::noisy_forward, BenchRow::drift_score});
  if (has_bfloat16()) rows.push_back(BenchRow::bfloat16_score);
  rows.insert(rows.end(), {BenchRow::exact_score, BenchRow::chip_simulation});
  return rows;
}

std::vector<Entry> all_entries(const std::vector<BenchNetwork>& networks, const BenchArguments& arguments) {
  std::vector<Entry> entries;
  for (const auto& network : networks)
    for (const auto row : rows_of(network))
      entries.push_back({network.name + "/" + bench_row_name(row),
                         [&network, row, &arguments] { return network_row(network, row, arguments); }});
  const auto add_mapping = [&](const char* name, MappingObjective objective, MappingMode mode) {
    entries.push_back({name, [=, &arguments] { return mapping_row(objective, mode, arguments); }});
  };
  add_mapping("resnet32/map_onto_chip", MappingObjective::cores, MappingMode::fast);
  add_mapping("resnet32/map_replicated", MappingObjective::throughput, MappingMode::fast);
  add_mapping("resnet32/map_full", MappingObjective::throughput, MappingMode::full);
  entries.push_back({"gaussian/fill_normal", [&arguments] { return gaussian_row(arguments); }});
  return entries;
}

/// The entries whose name has one of the filters in it. Throws InputError where a filter finds none.
std::vector<Entry> chosen_entries(const std::vector<Entry>& entries, const BenchArguments& arguments) {
  const auto has = [](const Entry& entry, const std::string& filter) {
    return entry.name.find(filter) != std::string::npos;
  };
  for (const auto& filter : arguments.filters)
    if (std::none_of(entries.begin(), entries.end(), [&](const Entry& e) { return has(e, filter); }))
      throw InputError("--filter " + filter + ": no row has that in its name; `mho bench --list` names them");
  std::vector<Entry> chosen;
  for (const auto& entry : entries)
    if (arguments.filters.empty() ||
        std::any_of(arguments.filters.begin(), arguments.filters.end(),
                    [&](const std::string& filter) { return has(entry, filter); }))
      chosen.push_back(entry);
  return chosen;
}

std::string text_row(const Json& row) {
  std::string text = fmt::format(
      "{:<38} {:>9.4g}  {:<19} {:<9}", row["name"].get<std::string>(), row["median"].get<double>(),
      fmt::format("[{:.4g} .. {:.4g}]", row["min"].get<double>(), row["max"].get<double>()),
      row["unit"].get<std::string>());
  if (row.contains("gflops"))
    text += fmt::format("  {:>7.1f} GFLOP/s {:>5.1f} % of {:.0f}", row["gflops"].get<double>(),
                        100 * row["share_of_peak"].get<double>(), row["peak_gflops"].get<double>());
  return text + "\n";
}

/// The networks as a peer needs them to build the same ones.
std::string list_text(const std::vector<BenchNetwork>& networks, const std::vector<Entry>& entries,
                      bool json) {
  std::string text;
  for (const auto& entry : entries) text += entry.name + "\n";
  if (!json) return text;
  auto list = Json::array();
  for (const auto& network : networks)
    list.push_back({{"name", network.name},
                    {"batch", network.batch},
                    {"training_only", network.training_only},
                    {"macs", network.architecture.macs()},
                    {"parameters", network.architecture.parameters()},
                    {"classes", network.architecture.classes()},
                    {"architecture", Json::parse(to_json(network.architecture))}});
  return Json{{"networks", list}}.dump(2) + "\n";
}

Json document(const BenchArguments& arguments) {
  return {{"version", version()},         {"compiler", MHO_COMPILER},
          {"build_type", MHO_BUILD_TYPE}, {"instruction_set", word_of(instruction_set())},
          {"threads", thread_count()},    {"clock", thread_count() == 1 ? "thread CPU time" : "wall"},
          {"quick", arguments.quick}};
}

int run(const BenchArguments& arguments) {
  set_thread_count(arguments.threads);
  const auto networks = bench_networks();
  const auto entries = chosen_entries(all_entries(networks, arguments), arguments);
  if (arguments.list) {
    print(list_text(networks, entries, arguments.json));
    return 0;
  }
  auto found = document(arguments);
  if (!arguments.json)
    print(fmt::format("{}, {}, {} thread{}, {}\n", found["compiler"].get<std::string>(),
                      word_of(instruction_set()), thread_count(), thread_count() == 1 ? "" : "s",
                      found["clock"].get<std::string>()));
  found["rows"] = Json::array();
  for (const auto& entry : entries) {
    Json row{{"name", entry.name}};
    row.update(entry.measure());
    if (!arguments.json) print(text_row(row));
    found["rows"].push_back(row);
  }
  if (arguments.json) print(found.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<BenchArguments>();
  auto* command = app.add_subcommand("bench", "Measure how fast this machine trains and scores networks");
  command
      ->add_option(
          "--filter", arguments->filters,
          "Only rows with NAME in their name: mlp, noisy_training, resnet8-b64/drift_score (repeatable)")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--threads", arguments->threads, "Threads; 0 for all cores")
      ->type_name("N")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  command->add_option("--samples", arguments->samples, "Samples a row, of which the median counts")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--quick", arguments->quick, "Few and short samples, small scores: shows that it works");
  command->add_flag("--list", arguments->list, "Measure nothing; name the rows (--json: the networks)");
  command->add_flag("--json", arguments->json, "Print one JSON document");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
