// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/score_text.hpp"
#include "cli/stop_signal.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"

namespace mho {
namespace {

using nlohmann::ordered_json;

struct SearchArguments {
  RunOptions run;
  bool resume = false;
};

std::string trial_text(const Trial& trial) {
  if (trial.failed) return "failed: " + trial.reason;
  if (trial.given_up()) return fmt::format("{}, {}", brief_score(trial.rungs.back().score), trial.reason);
  auto text = trial.score ? brief_score(*trial.score) : std::string("not scored");
  if (trial.cost) text += ", " + brief_cost(*trial.cost);
  return text;
}

void show(Progress& progress, const SearchProgress& event) {
  if (!event.trial) return progress.line(event.message);
  const auto& trial = *event.trial;
  const bool scored = event.best && event.best->score;
  progress.update(fmt::format("{}/{} trials, {} to go, best {}", event.done, event.total,
                              progress.estimate(event.total - event.done),
                              scored ? brief_score(*event.best->score) : "none yet"),
                  fmt::format("trial {} ({}): {}", trial.number, to_string(trial.genome), trial_text(trial)));
}

std::string resume_command(const RunOptions& run, const std::filesystem::path& folder) {
  auto command = "mho search " + shell_word(run.config.string());
  for (const auto& assignment : run.assignments) command += " --set " + shell_word(assignment);
  if (run.seed) command += fmt::format(" --seed {}", *run.seed);
  return command + " --out " + shell_word(folder.string()) + " --resume";
}

std::filesystem::path winner_folder(const std::filesystem::path& folder, size_t index) {
  return folder / "winners" / std::to_string(index);
}

ordered_json to_json(const SearchResult& result, const RunConfig& config,
                     const std::filesystem::path& folder) {
  ordered_json winners = ordered_json::array();
  for (size_t i = 0; i < result.winners.size(); ++i) {
    const auto place = winner_folder(folder, i);
    const auto& trial = result.winners[i].trial;
    winners.push_back({{"folder", place.string()},
                       {"trial", trial.number},
                       {"genome", to_string(trial.genome)},
                       {"score", ordered_json::parse(read_text_file(place / "score.json"))}});
  }
  const auto failed =
      std::count_if(result.trials.begin(), result.trials.end(), [](auto& t) { return t.failed; });
  ordered_json prefilters = ordered_json::array();
  for (const auto& worth : result.prefilters)
    prefilters.push_back(
        {{"name", worth.name}, {"kendall_tau", worth.kendall_tau}, {"trials", worth.trials}});
  return {{"run", folder.string()},
          {"seed", config.search.seed},
          {"trials", result.trials.size()},
          {"failed_trials", failed},
          {"stopped", result.stopped},
          {"note", result.note},
          {"prefilters", std::move(prefilters)},
          {"winners", std::move(winners)}};
}

std::string to_text(const SearchResult& result, const std::filesystem::path& folder) {
  auto text = fmt::format("{} trials in {}\n", result.trials.size(), folder.string());
  if (!result.note.empty()) text += "note: " + result.note + "\n";
  for (const auto& worth : result.prefilters)
    text += fmt::format("prefilter {:<17}  Kendall tau {:+.2f} with the objective of {} trials\n", worth.name,
                        worth.kendall_tau, worth.trials);
  for (size_t i = 0; i < result.winners.size(); ++i) {
    const auto& [trial, evaluation] = result.winners[i];
    text += fmt::format("\n{}  trial {}, {}, {} parameters\n{}", winner_folder(folder, i).string(),
                        trial.number, to_string(trial.genome), trial.parameters, score_table(evaluation));
  }
  return text;
}

int run(const SearchArguments& arguments) {
  const auto config = load(arguments.run);
  const auto folder = arguments.run.out.empty() ? "runs" / arguments.run.config.stem() : arguments.run.out;
  const StopSignal stop;
  SearchResult result;
  {
    Progress progress;
    result = run_search(config, {folder, arguments.resume, &stop.flag(),
                                 [&progress](const SearchProgress& event) { show(progress, event); }});
  }
  if (!result.stopped && result.winners.empty())
    throw RunError(fmt::format("no trial of {} gave a network; first reason: {}", folder.string(),
                               result.trials.empty() ? result.note : result.trials.front().reason));
  print(arguments.run.json ? to_json(result, config, folder).dump(2) + "\n" : to_text(result, folder));
  if (!result.stopped) return 0;
  log_line(fmt::format("stopped after {} of {} trials; continue with: {}", result.trials.size(),
                       config.search.trials, resume_command(arguments.run, folder)));
  return 1;
}

}  // namespace

void add_search(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<SearchArguments>();
  auto* command =
      app.add_subcommand("search", "Search architectures for a task; train, score and export the winners");
  command->add_option("CONFIG", arguments->run.config, "Run file, e.g. configs/quickstart.toml")->required();
  add_run_options(*command, arguments->run, "Run folder (default: runs/<name of CONFIG>)");
  command->add_flag("--resume", arguments->resume, "Continue the run that the folder holds");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
