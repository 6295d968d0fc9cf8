// SPDX-License-Identifier: Apache-2.0
#include "search/search_config.hpp"

#include "search/proposers/proposer.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

std::vector<std::string> all_proposer_names() {
  auto names = proposer_names();
  for (auto& host : host_proposer_names()) names.push_back(std::move(host));
  return names;
}

}  // namespace

void SearchConfig::fields(FieldVisitor& visitor) {
  proposal_fields(visitor);
  bound_fields(visitor);
  mutation_fields(visitor);
  fidelity_fields(visitor);
  end_fields(visitor);
}

void SearchConfig::proposal_fields(FieldVisitor& visitor) {
  visitor.field("proposer", &proposer, one_of(all_proposer_names()),
                "what suggests the next genome; optuna:... need the Python package");
  visitor.field("trials", &trials, between(1, 1e6), "candidates that are trained and scored");
  visitor.field("population", &population, between(1, 1e6),
                "trials of one generation, trained side by side; proposals see earlier generations only");
  visitor.field("seed", &seed, anything(), "decides every random number of the run");
  visitor.field(
      "objective", &objective, one_of(words_for(single_objectives())),
      "what is optimised: the mean of task.metric after one day, or that over its standard deviation; "
      "\"\": the latter, or the former where less is better");
  visitor.field(
      "objectives", &objectives, one_of(words_for(front_choices())),
      "what nsga2 and bayesian weigh and the front is over, the metric after one day and less of all else; "
      "[]: they maximise objective, and the front is over the metric after one day, energy, parameters");
  visitor.field("surrogate", &surrogate,
                "evolution: what is trained on all trials before each generation to choose among mutants");
  visitor.field("surrogate_floor", &surrogate_floor, between(-1, 1),
                "cross-validated Kendall tau below which evolution goes on without its surrogate");
  visitor.field("surrogate_pool", &surrogate_pool, between(2, 100000),
                "evolution with a surrogate, bayesian: genomes of which one is chosen for a trial");
  visitor.field("surrogate_observations", &surrogate_observations, between(20, 100000),
                "surrogate gp, bayesian: trials that a Gaussian process learns from at most, whose cost "
                "rises with their cube: of more the better half, and as many spread over all others");
  visitor.field(
      "start_with", &start_with, anything(),
      "genomes that are the first trials, as [[search.start_with]] tables of their genes (trials.jsonl "
      "has them): networks that are known to be good");
  visitor.field("warm_start", &warm_start, anything(),
                "earlier run folders of the same space, relative to this file, whose trials the surrogate or "
                "bayesian learns from too");
  visitor.field(
      "from", &from, anything(),
      "a winner folder or ONNX file, relative to this file: candidates begin with its weights in layers "
      "of the same name and size, and with drawn ones elsewhere; \"\": drawn ones everywhere");
}

void SearchConfig::bound_fields(FieldVisitor& visitor) {
  visitor.field("trial_programmings", &trial_programmings, between(1, 10000),
                "independent programmings that a trial is scored on; winners are scored again with [scoring] "
                "programmings");
  visitor.field("trial_images", &trial_images, at_least(0),
                "images of the validation split that trials are scored on, spread evenly; 0: all");
  visitor.field("max_parameters", &max_parameters, at_least(0),
                "larger networks are refused untrained; 0: no limit");
  visitor.field("max_macs", &max_macs, at_least(0),
                "networks with more multiply-accumulates an inference are refused untrained; 0: no limit");
  visitor.field("max_cores", &max_cores, at_least(0),
                "networks that need more cores are refused untrained; 0: as many as the chip has");
  visitor.field("max_avm", &max_avm, at_least(0),
                "largest accuracy variation over one month, in points, of parents and winners");
}

void SearchConfig::mutation_fields(FieldVisitor& visitor) {
  visitor.field("width_mutation", &width_mutation, between(0, 1),
                "evolution: probability of changing stem channels, a widening or a number of branches");
  visitor.field("depth_mutation", &depth_mutation, between(0, 1),
                "evolution: probability of changing the main blocks, the residual blocks or a block type");
  visitor.field("other_mutation", &other_mutation, between(0, 1),
                "evolution: probability of changing the stem's kernel");
}

void SearchConfig::fidelity_fields(FieldVisitor& visitor) {
  visitor.field(
      "fidelity", &fidelity,
      "none: every candidate is trained to the end; successive_halving: the weaker ones of a generation "
      "are given up on the way");
  visitor.field("rungs", &rungs, between(2, 20),
                "successive_halving: how often a candidate is scored, the last time fully trained");
  visitor.field("reduction", &reduction, between(2, 100),
                "successive_halving: 1 in so many goes on to the next rung, to so many times the epochs");
  visitor.field(
      "rung_data", &rung_data, between(0.001, 1),
      "successive_halving: part of the training samples in the first rung, rising geometrically to all "
      "in the last");
  visitor.field(
      "prefilter", &prefilter,
      "measure of the untrained network by which the best of 1 / prefilter_keep proposals is trained");
  visitor.field("prefilter_keep", &prefilter_keep, between(0.001, 1),
                "part of the proposals that the prefilter lets be trained");
}

void SearchConfig::end_fields(FieldVisitor& visitor) {
  visitor.field("winners", &winners, between(1, 1000),
                "best trials that are scored again with fresh seeds on the test split and exported");
  visitor.field(
      "confirm", &confirm, between(0, 1000),
      "best trials that are trained again with fresh seeds before winners are named, of which winners are "
      "then chosen by these trainings; 0: winners are chosen by the one training of their trial");
  visitor.field("confirm_trainings", &confirm_trainings, between(1, 100),
                "confirm: trainings of each such trial");
  visitor.field("max_draws", &max_draws, between(1, 1e6),
                "proposals drawn for one trial, then as many uniform ones, before the space counts as "
                "exhausted; one of "
                "up to 20,000 genomes is gone through as well");
  visitor.field("grace_s", &grace_s, between(1, 1e6),
                "--storage: a trial whose worker gave no sign of life for this long is trained by another");
}

}  // namespace mho
