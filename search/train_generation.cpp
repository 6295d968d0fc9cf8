// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>

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

/// Trains and scores, or asks the objective; empty when the run was stopped meanwhile: cut off is not failed,
/// a resume or another worker trains it.
std::optional<Trial> judged(const Study& study, const Proposal& proposal) {
  if (study.evaluator.judge)
    return make_trial(proposal, study.evaluator.judge(proposal.genome, proposal.trial));
  const auto evaluation = study.evaluator.evaluate(*proposal.architecture, proposal.trial,
                                                   [&](int, double) { return !study.stopped(); });
  if (evaluation.failed && study.stopped()) return std::nullopt;
  auto trial = make_trial(proposal);
  finish_trial(study, proposal, evaluation, trial);
  return trial;
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
                             .why_none = any ? "" : why_none(trials, study.config.search),
                             .message = ""});
}

/// Trains the proposal unless another worker does; returns whether it was this one's.
bool train(const Study& study, const Proposal& proposal, TrialStore& store, std::mutex& storing) {
  if (study.stopped()) return false;
  {
    const std::lock_guard lock(storing);
    if (!store.claim(proposal.trial, proposal.genome)) return false;
  }
  const auto trial = judged(study, proposal);
  const std::lock_guard lock(storing);
  if (!trial) {
    store.release(proposal.trial);
    return false;
  }
  record_trial(study, store, *trial);
  return true;
}

}  // namespace

Trial make_trial(const Proposal& proposal, Trial judgement) {
  auto trial = std::move(judgement);
  trial.number = proposal.trial;
  trial.genome = proposal.genome;
  trial.draws = proposal.draws;
  trial.zero_cost = proposal.zero_cost;
  if (proposal.architecture) {
    trial.parameters = proposal.architecture->parameters();
    trial.macs = proposal.architecture->macs();
  }
  return trial;
}

void finish_trial(const Study& study, const Proposal& proposal, const Evaluation& evaluation, Trial& trial) {
  if (!evaluation.failed)
    save_parameters(study.folder.weights(proposal.trial), *proposal.architecture, evaluation.parameters);
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
  std::mutex storing;
  for (;;) {
    store.refresh();
    const auto proposals = unrecorded(generation, store, study.folder);
    if (proposals.empty() || study.stopped()) return;
    std::atomic<bool> trained{false};
    parallel_for(proposals.size(), [&](std::size_t i) {
      if (train(study, *proposals[i], store, storing)) trained = true;
    });
    if (!trained && !study.stopped()) store.wait_for_others();
  }
}

}  // namespace mho
