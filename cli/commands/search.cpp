// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/show/score_text.hpp"
#include "cli/stop_signal.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/quantity.hpp"
#include "core/base/suggest.hpp"
#include "search/report/run_report.hpp"
#include "search/run_search.hpp"
#include "search/study/objectives.hpp"
#include "search/study/storage_url.hpp"
#include "search/study/summary.hpp"

namespace mho {
namespace {

struct SearchArguments {
  RunOptions run;
  std::optional<int> trials;
  bool resume = false;
  std::string storage;
  std::string study;
  SearchExtensions extensions;
};

std::string trial_text(const Trial& trial) {
  if (trial.failed) return "failed: " + trial.reason;
  if (trial.given_up()) return fmt::format("{}, {}", brief_score(trial.rungs.back().score), trial.reason);
  auto text = trial.score ? brief_score(*trial.score) : std::string("not scored");
  if (trial.cost) text += ", " + brief_cost(*trial.cost);
  return text;
}

/// What the updating line is made of, between one event and the next.
class SearchLine {
 public:
  void show(const SearchProgress& event) {
    if (before_ < 0) before_ = event.done - (event.trial ? 1 : 0);
    if (event.running) return show_running(event);
    if (!event.trial) return progress_.line(event.message);
    running_.erase(event.trial->number);
    best_ = event.best && event.best->score ? brief_score(*event.best->score) : "none yet: " + event.why_none;
    const auto& trial = *event.trial;
    const double part = done_with(event);
    progress_.update(text(event, part),
                     fmt::format("trial {} ({}): {}", trial.number, trial.name, trial_text(trial)),
                     part / event.total);
  }

 private:
  void show_running(const SearchProgress& event) {
    const auto& [trial, epochs, of] = *event.running;
    running_[trial] = static_cast<double>(epochs) / of;
    if (verbosity() == Verbosity::verbose)
      progress_.line(fmt::format("trial {}: epoch {}/{}", trial, epochs, of));
    const double part = done_with(event);
    progress_.tick(text(event, part), part / event.total);
  }

  /// Trials, those that run by their part.
  double done_with(const SearchProgress& event) const {
    double part = event.done;
    for (const auto& [number, done] : running_) part += done;
    return part;
  }

  std::string text(const SearchProgress& event, double part) const {
    return fmt::format("{}/{} trials, {} to go, best {}", event.done, event.total,
                       progress_.estimate(part - before_, event.total - part), best_);
  }

  Progress progress_;
  int before_ = -1;                ///< trials that this command did not train
  std::map<int, double> running_;  ///< part of each training that is done
  std::string best_ = "none yet";
};

/// The folder holds its configuration; a password is not repeated.
std::string resume_command(const SearchArguments& arguments, const std::filesystem::path& folder) {
  auto command = program_name() + " search --resume " + shell_word(folder.string());
  if (arguments.run.threads > 0) command += fmt::format(" --threads {}", arguments.run.threads);
  if (arguments.run.json) command += " --json";
  if (!arguments.storage.empty()) command += " --storage " + shell_word(without_password(arguments.storage));
  return command + (arguments.study.empty() ? "" : " --study " + shell_word(arguments.study));
}

/// CONFIG may be a run folder to resume: it stands for the configuration that lies in it.
std::filesystem::path take_run_folder(SearchArguments& arguments) {
  auto& run = arguments.run;
  std::error_code unreadable;  // load says more of it
  if (!std::filesystem::is_directory(run.config, unreadable))
    return run.out.empty() ? "runs" / run.config.stem() : run.out;
  const auto folder = (run.config / "").lexically_normal().parent_path();  // "runs/first/" is runs/first
  const auto shown = folder.string();
  if (!arguments.resume)
    throw InputError(
        fmt::format("{}: expected a run file, got a folder; to go on with the run in it: {} search "
                    "--resume {}",
                    shown, program_name(), shell_word(shown)));
  if (!run.out.empty())
    throw InputError(fmt::format("--out: expected nothing with --resume {}, which is the run folder, got {}",
                                 shown, run.out.string()));
  run.config = folder / "config.toml";
  if (!std::filesystem::exists(run.config))
    throw InputError(fmt::format("{}: expected a run to resume, found no config.toml", shown));
  return folder;
}

std::filesystem::path winner_folder(const std::filesystem::path& folder, size_t index) {
  return folder / "winners" / std::to_string(index);
}

/// Both numbers: the best of many noisy scores is partly luck.
std::string selected_by(const Winner& winner) {
  const auto& metric = metric_of(winner.evaluation.score.metric);
  const double change =
      metric.points(winner.evaluation.score.at(one_day_s).mean - winner.trial.score->at(one_day_s).mean);
  return fmt::format(
      "selected by {} on the validation split; scored again on the test split with fresh devices ({:+.2f} "
      "points at 1 d):\n",
      brief_score(*winner.trial.score), change);
}

std::string surrogate_text(const SurrogateReport& report, const SearchConfig& config) {
  const auto& check = report.check;
  return fmt::format(
      "surrogate {}: Kendall tau over {} trials, cross-validated: objective {:.2f}, {} {:.2f}, "
      "deviation {:.2f}, AVM {:.2f}; it screened {} of {} generations\n",
      report.name, check.trials, check.objective, metric_of(config).title, check.accuracy, check.deviation,
      check.avm, report.used_generations, report.generations);
}

std::string prefilter_text(const PrefilterWorth& worth) {
  const auto tau = std::isnan(worth.kendall_tau) ? "n/a" : fmt::format("{:+.2f}", worth.kendall_tau);
  return fmt::format("prefilter {:<17}  Kendall tau {} with the objective of {} trials\n", worth.name, tau,
                     worth.trials);
}

std::string front_text(const SearchResult& result) {
  return fmt::format("front of {} trials over {}, hypervolume {:.3f} of the box of all trials\n",
                     result.front.size(), join(words_for(result.volume.objectives)), result.volume.share);
}

std::string to_text(const SearchResult& result, const RunConfig& config,
                    const std::filesystem::path& folder) {
  auto text = fmt::format("{} trials in {}\n", result.trials.size(), folder.string());
  if (!result.note.empty()) text += "note: " + result.note + "\n";
  if (result.surrogate) text += surrogate_text(*result.surrogate, config.search);
  for (const auto& worth : result.prefilters) text += prefilter_text(worth);
  if (!result.front.empty()) text += front_text(result);
  if (const auto luck = luck_note(result.confirmations); !luck.empty()) text += luck + "\n";
  for (size_t i = 0; i < result.winners.size(); ++i) {
    const auto& [trial, evaluation] = result.winners[i];
    text += fmt::format("\n{}  trial {}, {}, {} parameters\n{}{}", winner_folder(folder, i).string(),
                        trial.number, trial.name, format_count(trial.parameters),
                        selected_by(result.winners[i]), score_table(evaluation));
  }
  return text;
}

/// A failure outside the input, such as a full disk or a lost server, leaves a run that can go on.
SearchResult search(const SearchArguments& arguments, const RunConfig& config,
                    const std::filesystem::path& folder) {
  const StopSignal stop;
  SearchLine line;
  std::function<void(const SearchProgress&)> listener;
  if (verbosity() != Verbosity::quiet) listener = [&](const SearchProgress& event) { line.show(event); };
  try {
    return run_search(config, {.folder = folder,
                               .resume = arguments.resume,
                               .storage = arguments.storage,
                               .study = arguments.study,
                               .extensions = arguments.extensions,
                               .stop = &stop.flag(),
                               .on_progress = listener});
  } catch (const RunError& error) {
    if (!std::filesystem::exists(RunFolder{folder}.config())) throw;
    throw RunError(fmt::format("{}; continue with: {}", error.what(), resume_command(arguments, folder)));
  }
}

int run(SearchArguments arguments) {
  const auto folder = take_run_folder(arguments);
  if (arguments.trials)
    arguments.run.assignments.push_back(fmt::format("search.trials={}", *arguments.trials));
  const auto config = load(arguments.run);
  const auto result = search(arguments, config, folder);
  const auto page = leave_report(folder, std::string("mho ") + version());
  if (!result.stopped && result.winners.empty())
    throw RunError(fmt::format("no trial of {} gave a network; first reason: {}", folder.string(),
                               result.trials.empty() ? result.note : result.trials.front().reason));
  print(arguments.run.json ? summary_json(result, config, {folder}) : to_text(result, config, folder));
  if (!arguments.run.json) print(fmt::format("\nreport: {}\n", page.string()));
  if (!result.stopped) return 0;
  log_always(fmt::format("stopped after {} of {} trials; continue with: {}", result.trials.size(),
                         config.search.trials, resume_command(arguments, folder)));
  return 1;
}

}  // namespace

void add_search(CLI::App& app, Action& action, const SearchExtensions& extensions) {
  const auto arguments = std::make_shared<SearchArguments>();
  arguments->extensions = extensions;
  auto* command =
      app.add_subcommand("search", "Search architectures for a task; train, score and export the winners");
  command->footer(
      "Proposers (search.proposer):\n"
      "  evolution        AnalogNAS: mutants of the better half; add --set search.surrogate=gp to screen "
      "them\n"
      "  bayesian         Gaussian process and expected (hypervolume) improvement: the fewest trials, up to "
      "a few "
      "hundred\n"
      "  nsga2            genetic, for several objectives: --set search.objectives='[\"accuracy_1d\", "
      "\"energy\"]'\n"
      "  random, latin_hypercube   baselines\n"
      "Trainings of one generation (search.population) run side by side; smaller generations learn sooner.\n"
      "Every key: docs/config.md, [search].");
  command
      ->add_option("CONFIG", arguments->run.config,
                   "Run file, e.g. configs/quickstart.toml; with --resume a run folder too")
      ->required();
  add_run_options(*command, arguments->run);
  add_out_option(*command, arguments->run, "Run folder (default: runs/<name of CONFIG>)");
  command
      ->add_option("--trials", arguments->trials, "Trials in all; replaces search.trials and extends a run")
      ->type_name("N");
  command->add_flag("--resume", arguments->resume, "Continue the run that the folder holds");
  command
      ->add_option(
          "--storage", arguments->storage,
          "Study that several workers share: journal:PATH (one machine) or postgresql://USER@HOST/DB "
          "(several); start this command once a worker")
      ->type_name("URL");
  command
      ->add_option("--study", arguments->study,
                   "Name of the study in the storage (default: the run folder's)")
      ->type_name("NAME");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
