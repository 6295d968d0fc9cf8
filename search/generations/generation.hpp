// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/study/study.hpp"

namespace mho {

/// A genome that is worth training.
struct Proposal {
  int trial = 0;
  Genome genome;
  std::string name;  ///< Space::name of the genome
  std::optional<Architecture>
      architecture;  ///< none where the evaluator has no networks, or `failure` says why
  int draws = 1;
  std::optional<ZeroCost> zero_cost = {};  ///< with a prefilter
  std::string failure = {};                ///< why the genome builds no network: the trial fails untrained
};

struct Generation {
  std::vector<Proposal> proposals;
  std::string note;  ///< why there will be no further generation; "" when there is none
};

/// Draws the genomes of the trials [first, first + population) and refuses, untrained, those that break a
/// hard constraint and those that are in `history` (all trials below `first`) or in the generation already.
/// The first trials of all are search.start_with's; throws ConfigError, whatever `first` is, where one of
/// them cannot be (see first_genomes) or breaks a constraint.
/// With a prefilter a trial's genome is the most promising of 1 / prefilter_keep such draws.
/// Ends early, with a note, when draw_genome finds none for a trial. Throws ConfigError, with how many draws
/// which constraint refused, when the first generation finds nothing at all.
Generation propose_generation(const Study& study, int first, const std::vector<Trial>& history);

/// "about 12 min for 24 trials, ...": what the rest of a search that begins with this generation will take,
/// by a small part of its first trials, as many as run side by side. "" where nobody listens, the generation
/// is recorded already, or it cannot be known: of other evaluators than the real one, with successive
/// halving.
std::string estimate_time(const Study& study, const Generation& generation);

/// Trains and scores the proposals that the study's store does not hold and lets this worker claim, side by
/// side where the evaluator can; saves each one's weights, then records it, as it ends; waits for those that
/// other workers train. Once the run is stopped nothing new starts, and what was cut off is not recorded.
/// Throws DataError when the store holds another genome for a trial, RunError when a file cannot be written.
void train_generation(const Study& study, const Generation& generation);

/// train_generation's way with search.fidelity = Fidelity::successive_halving (Jamieson and Talwalkar 2016):
/// all candidates are trained to the first rung, the best 1 / reduction of them go on to the next, and so on;
/// the others are recorded as given up; with search.objectives the order is NSGA-II's, by non-domination
/// rank. A generation is one bracket and waits for its slowest at each rung: ASHA (Li et al. 2020) promotes
/// in the order in which trainings happen to end, which no seed fixes. A candidate that goes on continues
/// from its checkpoint, also after a kill.
void halve_generation(const Study& study, const Generation& generation);

/// The record of a proposal; `judgement` is what an evaluator said of it.
Trial make_trial(const Proposal& proposal, Trial judgement = {});

/// Throws DataError when a trial is recorded with another genome than the one that is proposed for it.
void expect_genome(const Trial& recorded, const Proposal& proposal, const std::string& where);

/// Records a trial and tells of it. Call it from one thread at a time.
void record_trial(const Study& study, const Trial& trial);

}  // namespace mho
