// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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
    if (recorded && !(recorded->genome == proposal.genome))
      throw DataError(fmt::format(
          "{}: trial {}: expected genome {}, which this configuration proposes, got {}",
          folder.trials().string(), proposal.trial, to_string(proposal.genome), to_string(recorded->genome)));
  }
  return proposals;
}

/// Trains and scores; empty when the run was stopped meanwhile: cut off is not failed, a resume trains it
/// again.
std::optional<Trial> trained(const Study& study, const Proposal& proposal) {
  const auto evaluation = study.evaluator.evaluate(*proposal.architecture, proposal.trial,
                                                   [&](int, double) { return !study.stopped(); });
  if (evaluation.failed && study.stopped()) return std::nullopt;
  if (!evaluation.failed)
    save_parameters(study.folder.weights(proposal.trial), *proposal.architecture, evaluation.parameters);
  Trial trial;
  trial.parameters = proposal.architecture->parameters();
  trial.macs = proposal.architecture->macs();
  trial.failed = evaluation.failed;
  trial.reason = evaluation.reason;
  if (!evaluation.failed) trial.score = evaluation.score;
  trial.cost = evaluation.cost;
  trial.wall_s = evaluation.wall_s;
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
                             .message = ""});
}

}  // namespace

void train_generation(const Study& study, const Generation& generation, TrialStore& store) {
  const auto proposals = unrecorded(generation, store, study.folder);
  std::mutex recording;
  parallel_for(proposals.size(), [&](std::size_t i) {
    const auto& proposal = *proposals[i];
    if (study.stopped()) return;
    auto trial = study.evaluator.judge ? std::optional(study.evaluator.judge(proposal.genome, proposal.trial))
                                       : trained(study, proposal);
    if (!trial) return;
    trial->number = proposal.trial;
    trial->genome = proposal.genome;
    trial->draws = proposal.draws;
    const std::lock_guard lock(recording);
    store.record(*trial);
    report(study, store, *trial);
  });
}

}  // namespace mho
