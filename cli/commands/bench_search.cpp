// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/subcommands.hpp"
#include "search/judges/search_table.hpp"
#include "search/judges/training_evaluator.hpp"
#include "search/run_search.hpp"

namespace mho {
namespace {

using nlohmann::ordered_json;

struct BenchSearchArguments {
  RunOptions run;
  std::filesystem::path table;
  int seeds = 20;
  SearchExtensions extensions;
};

/// A search that trains and writes nothing: what it found, trial by trial.
ordered_json search_once(RunConfig config, std::uint64_t seed, const Evaluator& evaluator,
                         const SearchExtensions& extensions) {
  config.search.seed = seed;
  const auto result = run_search(config, {.extensions = extensions}, evaluator);
  ordered_json genomes = ordered_json::array(), accuracies = genomes, train_s = genomes;
  for (const auto& trial : result.trials) {
    genomes.push_back(trial.name);
    accuracies.push_back(trial.score ? ordered_json(trial.score->at(one_day_s).mean) : ordered_json(nullptr));
    train_s.push_back(trial.wall_s);
  }
  ordered_json prefilters = ordered_json::object();
  for (const auto& worth : result.prefilters) prefilters[worth.name] = worth.kendall_tau;
  return {{"seed", seed},
          {"genomes", genomes},
          {"accuracy_1d", accuracies},
          {"train_s", train_s},
          {"prefilter_kendall_tau", prefilters}};
}

std::string to_text(const ordered_json& run) {
  double best = 0;
  for (const auto& accuracy : run.at("accuracy_1d"))
    if (!accuracy.is_null()) best = std::max(best, accuracy.get<double>());
  return fmt::format("seed {:>3}  best {:.2f} % of {} trials\n", run.at("seed").get<std::uint64_t>(),
                     100 * best, run.at("genomes").size());
}

int run(const BenchSearchArguments& arguments) {
  const auto config = load(arguments.run);
  const auto trained = make_evaluator(config);
  const SearchTable table(arguments.table);
  const auto evaluator = table.evaluator(builder_of(Space(config.space)), trained->input(),
                                         trained->classes(), trained->untrained());
  ordered_json runs = ordered_json::array();
  for (int i = 0; i < arguments.seeds; ++i) {
    runs.push_back(search_once(config, config.search.seed + static_cast<std::uint64_t>(i), *evaluator,
                               arguments.extensions));
    if (!arguments.run.json) print(to_text(runs.back()));
  }
  const ordered_json all = {{"table", arguments.table.string()},
                            {"rows", table.size()},
                            {"proposer", config.search.proposer},
                            {"trials", config.search.trials},
                            {"runs", std::move(runs)}};
  if (arguments.run.json) print(all.dump() + "\n");
  return 0;
}

}  // namespace

void add_bench_search(CLI::App& app, Action& action, const SearchExtensions& extensions) {
  const auto arguments = std::make_shared<BenchSearchArguments>();
  arguments->extensions = extensions;
  auto* command = app.add_subcommand(
      "bench-search", "Compare proposers: search a table of trained candidates with many seeds");
  command->add_option("CONFIG", arguments->run.config, "Run file whose space the table covers")->required();
  command->add_option("--table", arguments->table, "CSV file, e.g. bench/search/table.csv")->required();
  command->add_option("--seeds", arguments->seeds, "Searches, with the seeds from search.seed on")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  add_run_options(*command, arguments->run);
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
