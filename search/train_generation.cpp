// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <mutex>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "search/generation.hpp"
#include "search/objective.hpp"

namespace mho {
namespace {

std::vector<const Proposal*> unrecorded(const Generation& generation, const TrialStore& store,
                                        const RunFolder& folder) {
  std::vector<const Proposal*> proposals;
  for (const auto& proposal : generation.proposals) {
    const auto* recorded = store.find(proposal.trial);
    if (!recorded) proposals.push_back(&proposal);
    if (recorded) expect_genome(*recorded, proposal, folder.trials().string());
  }
  return proposals;
}

void report(const Study& study, const TrialStore& store, const Trial& trial) {
  if (!study.options.on_progress) return;
  const auto trials = store.all();
  const auto ranked = ranking(trials, study.config.search);
  const bool any = !ranked.empty() && keeps_avm(*ranked.front()->score, study.config.search);
  study.options.on_progress({.done = store.count(),
                             .total = study.config.search.trials,
                             .trial = &trial,
                             .best = any ? ranked.front() : nullptr,
                             .message = ""});
}

}  // namespace

Trial make_trial(const Proposal& proposal) {
  Trial trial;
  trial.number = proposal.trial;
  trial.genome = proposal.genome;
  trial.parameters = proposal.architecture.parameters();
  trial.macs = proposal.architecture.macs();
  trial.draws = proposal.draws;
  trial.zero_cost = proposal.zero_cost;
  return trial;
}

void finish_trial(Trial& trial, const Evaluation& evaluation) {
  trial.failed = evaluation.failed;
  trial.reason = evaluation.reason;
  if (!evaluation.failed) trial.score = evaluation.score;
  trial.cost = evaluation.cost;
  trial.wall_s += evaluation.wall_s;
}

void expect_genome(const Trial& recorded, const Proposal& proposal, const std::string& where) {
  if (recorded.genome == proposal.genome) return;
  throw DataError(fmt::format("{}: trial {}: expected genome {}, which this configuration proposes, got {}",
                              where, proposal.trial, to_string(proposal.genome), to_string(recorded.genome)));
}

void record_trial(const Study& study, TrialStore& store, const Trial& trial) {
  store.record(trial);
  report(study, store, trial);
}

void train_generation(const Study& study, const Generation& generation, TrialStore& store) {
  if (study.config.search.fidelity != "none") return halve_generation(study, generation, store);
  const auto proposals = unrecorded(generation, store, study.folder);
  std::mutex recording;
  parallel_for(proposals.size(), [&](std::size_t i) {
    const auto& proposal = *proposals[i];
    if (study.stopped()) return;
    const auto evaluation = study.evaluator.evaluate(proposal.architecture, proposal.trial,
                                                     [&](int, double) { return !study.stopped(); });
    if (evaluation.failed && study.stopped()) return;  // cut off, not failed: a resume trains it again
    if (!evaluation.failed)
      save_parameters(study.folder.weights(proposal.trial), proposal.architecture, evaluation.parameters);
    auto trial = make_trial(proposal);
    finish_trial(trial, evaluation);
    const std::lock_guard lock(recording);
    record_trial(study, store, trial);
  });
}

}  // namespace mho
