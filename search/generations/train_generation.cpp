// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "search/generations/generation.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

/// In the order in which this worker claims them.
std::vector<const Proposal*> unrecorded(const Study& study, const Generation& generation) {
  std::vector<const Proposal*> proposals;
  for (const auto& proposal : generation.proposals) {
    const auto* recorded = study.store->find(proposal.trial);
    if (!recorded) proposals.push_back(&proposal);
    if (recorded) expect_genome(*recorded, proposal, study.store->place());
  }
  if (!proposals.empty())
    std::rotate(proposals.begin(), proposals.begin() + study.store->turn() % std::ssize(proposals),
                proposals.end());
  return proposals;
}

/// Empty when the run was stopped meanwhile: cut off is not failed, a resume or another worker trains it.
std::optional<Trial> judged(const Study& study, const Proposal& proposal, std::mutex& storing) {
  if (!proposal.failure.empty()) return make_trial(proposal);
  auto [trial, weights] = study.evaluator.judge(proposal.genome, proposal.trial, [&](int epochs, double) {
    const std::lock_guard lock(storing);
    study.tell(RunningTrial{proposal.trial, epochs, study.config.training.epochs});
    return !study.stopped();
  });
  if (trial.failed && study.stopped()) return std::nullopt;
  if (study.folder && !weights.empty())
    save_parameters(study.folder->weights(proposal.trial), *proposal.architecture, weights);
  return make_trial(proposal, std::move(trial));
}

void report(const Study& study, const Trial& trial) {
  if (!study.options.on_progress) return;
  const auto trials = study.store->all();
  const auto ranked = ranking(trials, study.config.search);
  const bool any = !ranked.empty() && keeps_avm(*ranked.front()->score, study.config.search);
  study.options.on_progress({.done = study.store->count(),
                             .total = study.config.search.trials,
                             .trial = &trial,
                             .best = any ? ranked.front() : nullptr,
                             .why_none = any ? "" : why_none(trials, study.config.search),
                             .message = ""});
}

/// Trains the proposal unless another worker does; returns whether it was this one's.
bool train(const Study& study, const Proposal& proposal, std::mutex& storing) {
  if (study.stopped()) return false;
  {
    const std::lock_guard lock(storing);
    if (!study.store->claim(proposal.trial, proposal.genome)) return false;
  }
  const auto trial = judged(study, proposal, storing);
  const std::lock_guard lock(storing);
  if (!trial) {
    study.store->release(proposal.trial);
    return false;
  }
  record_trial(study, *trial);
  return true;
}

}  // namespace

Trial make_trial(const Proposal& proposal, Trial judgement) {
  auto trial = std::move(judgement);
  trial.number = proposal.trial;
  trial.genome = proposal.genome;
  trial.name = proposal.name;
  trial.draws = proposal.draws;
  trial.zero_cost = proposal.zero_cost;
  if (!proposal.failure.empty()) trial.failed = true, trial.reason = proposal.failure;
  if (proposal.architecture) {
    trial.parameters = proposal.architecture->parameters();
    trial.macs = proposal.architecture->macs();
  }
  return trial;
}

void expect_genome(const Trial& recorded, const Proposal& proposal, const std::string& where) {
  if (recorded.genome == proposal.genome) return;
  throw DataError(fmt::format("{}: trial {}: expected genome {}, which this configuration proposes, got {}",
                              where, proposal.trial, to_string(proposal.genome), to_string(recorded.genome)));
}

void record_trial(const Study& study, const Trial& trial) {
  study.store->record(trial);
  report(study, trial);
}

void train_generation(const Study& study, const Generation& generation) {
  if (study.config.search.fidelity != Fidelity::none) return halve_generation(study, generation);
  std::mutex storing;
  for (;;) {
    study.store->refresh();
    const auto proposals = unrecorded(study, generation);
    if (proposals.empty() || study.stopped()) return;
    std::atomic<bool> trained{false};
    const auto train_one = [&](std::size_t i) {
      if (train(study, *proposals[i], storing)) trained = true;
    };
    if (study.evaluator.side_by_side())
      parallel_for(proposals.size(), train_one);
    else
      for (std::size_t i = 0; i < proposals.size(); ++i) train_one(i);
    if (!trained && !study.stopped()) study.store->wait_for_others();
  }
}

}  // namespace mho
