// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>

#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "search/candidate_config.hpp"
#include "search/generations/fidelity.hpp"
#include "search/generations/generation.hpp"
#include "search/proposers/nsga2.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

/// A proposal on its way up.
struct Candidate {
  const Proposal* proposal;
  Trial trial;
  bool recorded = false;
  bool has_measured(int rung) const { return recorded || std::ssize(trial.rungs) > rung; }
};

class Halving {
 public:
  Halving(const Study& study, const Generation& generation)
      : study_(study),
        folder_(*study.folder),
        networks_(*study.evaluator.networks()),
        stages_(training_stages(study.config.search, study.config.training.epochs)) {
    for (const auto& proposal : generation.proposals) candidates_.push_back(find(proposal));
    for (auto& candidate : candidates_) {
      if (!candidate.proposal->failure.empty() && !candidate.recorded) record(candidate);
      if (candidate.proposal->failure.empty()) alive_.push_back(&candidate);
    }
  }

  void run() {
    const int last = static_cast<int>(stages_.size()) - 1;
    for (int rung = 0; rung <= last; ++rung) {
      parallel_for(alive_.size(), [&](std::size_t i) {
        if (!study_.stopped() && !alive_[i]->has_measured(rung)) climb(*alive_[i], rung);
      });
      if (study_.stopped()) return;
      if (rung < last) give_up_the_weaker(rung);
    }
  }

 private:
  /// What is known of a proposal: recorded, on its way when the run was killed, or new.
  Candidate find(const Proposal& proposal) const {
    if (const auto* recorded = study_.store->find(proposal.trial)) {
      expect_genome(*recorded, proposal, study_.store->place());
      return {&proposal, *recorded, true};
    }
    const auto file = folder_.unfinished(proposal.trial);
    if (!std::filesystem::exists(file)) return {&proposal, make_trial(proposal)};
    const auto trial = read_trial(read_text_file(file), file.string());
    expect_genome(trial, proposal, file.string());
    return {&proposal, trial};
  }

  /// Trains a candidate from the rung below to the end of this one. A checkpoint that is gone costs time
  /// only.
  void climb(Candidate& candidate, int rung) {
    const int number = candidate.proposal->trial;
    const auto& architecture = *candidate.proposal->architecture;
    std::optional<TrainingCheckpoint> from;
    const auto below = folder_.checkpoint(number, rung - 1);
    if (rung > 0 && std::filesystem::exists(below)) from = load_checkpoint(below, architecture);
    const auto evaluator = networks_.configured(candidate.proposal->genome);
    const auto evaluation = evaluator->rungs()->evaluate_rung(
        architecture, number, rung, from ? &*from : nullptr, [&](int epochs, double) {
          const std::lock_guard lock(recording_);
          study_.tell(RunningTrial{number, epochs, study_.config.training.epochs});
          return !study_.stopped();
        });
    if (evaluation.failed && study_.stopped()) return;  // cut off, not failed
    if (!evaluation.failed && evaluation.checkpoint)
      keep(candidate, rung, evaluation);
    else
      finish(candidate, evaluation);
  }

  /// The checkpoint first: what unfinished.json tells of is there.
  void keep(Candidate& candidate, int rung, const Evaluation& evaluation) const {
    auto& trial = candidate.trial;
    const auto& stage = stages_[static_cast<size_t>(rung)];
    trial.rungs.push_back({stage.epochs, stage.data, evaluation.score});
    trial.wall_s += evaluation.wall_s;
    save_checkpoint(folder_.checkpoint(trial.number, rung), *evaluation.checkpoint);
    write_file_atomically(folder_.unfinished(trial.number), to_json_line(trial));
    std::filesystem::remove(folder_.checkpoint(trial.number, rung - 1));
  }

  void finish(Candidate& candidate, const Evaluation& evaluation) {
    if (!evaluation.failed)
      save_parameters(folder_.weights(candidate.trial.number), *candidate.proposal->architecture,
                      evaluation.parameters);
    add_evaluation(evaluation, candidate.trial);
    record(candidate);
  }

  void give_up_the_weaker(int rung) {
    std::erase_if(alive_, [](const Candidate* candidate) { return candidate->trial.failed; });
    if (study_.config.search.objectives.empty())
      sort_by_objective(rung);
    else
      sort_by_front(rung);
    const auto on = std::min(alive_.size(), promoted(alive_.size(), study_.config.search.reduction));
    for (size_t i = on; i < alive_.size(); ++i) give_up(*alive_[i]);
    alive_.resize(on);
  }

  void sort_by_objective(int rung) {
    const auto worth = [&](const Candidate* candidate) {
      return objective(candidate->trial.rungs.at(static_cast<size_t>(rung)).score, study_.config.search);
    };
    std::stable_sort(alive_.begin(), alive_.end(),
                     [&](const Candidate* a, const Candidate* b) { return worth(a) > worth(b); });
  }

  /// NSGA-II's order of the rung's scores; costs are those of the mapped network, which training does not
  /// change. What cannot be mapped comes last.
  void sort_by_front(int rung) {
    auto search = study_.config.search;
    search.max_avm = std::numeric_limits<double>::infinity();  // it falls as training goes on
    std::vector<Trial> so_far;
    for (const auto* candidate : alive_) {
      so_far.push_back(candidate->trial);
      so_far.back().score = candidate->trial.rungs.at(static_cast<size_t>(rung)).score;
      if (!so_far.back().cost) so_far.back().cost = cost_of(*candidate->proposal);
    }
    std::map<int, size_t> places;
    for (const auto* trial : survivors(so_far, search, static_cast<int>(so_far.size())))
      places.emplace(trial->number, places.size());
    const auto place = [&](const Candidate* candidate) {
      const auto found = places.find(candidate->trial.number);
      return found == places.end() ? places.size() : found->second;
    };
    std::stable_sort(alive_.begin(), alive_.end(),
                     [&](const Candidate* a, const Candidate* b) { return place(a) < place(b); });
  }

  std::optional<Cost> cost_of(const Proposal& proposal) const {
    const auto config = candidate_config(study_.config, proposal.genome);
    const auto mapped = map_onto_chip(*proposal.architecture, config.chip, config.mapping, MappingMode::fast);
    return mapped.mapping ? std::optional(mapped.mapping->cost) : std::nullopt;
  }

  void give_up(Candidate& candidate) {
    if (candidate.recorded) return;
    candidate.trial.reason = fmt::format("given up after {} of {} epochs",
                                         candidate.trial.rungs.back().epochs, stages_.back().epochs);
    record(candidate);
  }

  /// Then nothing needs its checkpoints any more.
  void record(Candidate& candidate) {
    const std::lock_guard lock(recording_);
    record_trial(study_, candidate.trial);
    candidate.recorded = true;
    const int number = candidate.trial.number;
    std::filesystem::remove(folder_.unfinished(number));
    for (int rung = 0; rung < static_cast<int>(stages_.size()); ++rung)
      std::filesystem::remove(folder_.checkpoint(number, rung));
  }

  const Study& study_;
  const RunFolder& folder_;
  const NetworkEvaluator& networks_;
  std::vector<TrainingStage> stages_;
  std::vector<Candidate> candidates_;
  std::vector<Candidate*> alive_;
  std::mutex recording_;
};

}  // namespace

void halve_generation(const Study& study, const Generation& generation) { Halving(study, generation).run(); }

}  // namespace mho
