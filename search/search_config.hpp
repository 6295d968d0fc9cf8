// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.hpp"
#include "evaluators/measures/zero_cost_measure.hpp"

namespace mho {

/// What a search can weigh: a metric after a day (_1d) and costs are values of search.objectives; a metric's
/// own name, with _over_sigma where more of it is better, is one of search.objective, and so is of_task, the
/// task's metric, over its deviation where more is better.
enum class Objective {
  accuracy_1d,
  avm,
  energy,
  latency,
  cores,
  parameters,
  writes,  ///< mean pulses a device, of trainings on the chip
  accuracy,
  accuracy_over_sigma,
  balanced_accuracy_1d,
  balanced_accuracy,
  balanced_accuracy_over_sigma,
  macro_f1_1d,
  macro_f1,
  macro_f1_over_sigma,
  auc_1d,
  auc,
  auc_over_sigma,
  partial_auc_1d,
  partial_auc,
  partial_auc_over_sigma,
  mse_1d,
  mse,
  bits_per_character_1d,
  bits_per_character,
  perplexity_1d,
  perplexity,
  of_task
};
template <>
inline constexpr std::array words_of<Objective>{"accuracy_1d",
                                                "avm",
                                                "energy",
                                                "latency",
                                                "cores",
                                                "parameters",
                                                "writes",
                                                "accuracy",
                                                "accuracy_over_sigma",
                                                "balanced_accuracy_1d",
                                                "balanced_accuracy",
                                                "balanced_accuracy_over_sigma",
                                                "macro_f1_1d",
                                                "macro_f1",
                                                "macro_f1_over_sigma",
                                                "auc_1d",
                                                "auc",
                                                "auc_over_sigma",
                                                "partial_auc_1d",
                                                "partial_auc",
                                                "partial_auc_over_sigma",
                                                "mse_1d",
                                                "mse",
                                                "bits_per_character_1d",
                                                "bits_per_character",
                                                "perplexity_1d",
                                                "perplexity",
                                                ""};

/// What screens evolution's mutants.
enum class SurrogateKind { none, gp, xgboost };
template <>
inline constexpr std::array words_of<SurrogateKind>{"none", "gp", "xgboost"};

/// none: every candidate is trained to the end; successive_halving: the weaker ones are given up on the way.
enum class Fidelity { none, successive_halving };
template <>
inline constexpr std::array words_of<Fidelity>{"none", "successive_halving"};

/// The [search] table.
struct SearchConfig {
  std::string proposer =
      "evolution";  ///< random | latin_hypercube | evolution | nsga2 | bayesian | optuna:...
  int trials = 32;
  int population =
      8;  ///< trials of one generation, trained side by side; proposals see earlier generations only
  std::uint64_t seed = 0;
  Objective objective = Objective::of_task;
  std::vector<Objective> objectives =
      {};  ///< of several, for nsga2, bayesian and the front; see objectives.hpp
  SurrogateKind surrogate = SurrogateKind::none;
  double surrogate_floor = 0.3;              ///< Kendall's tau below which the surrogate is not used
  int surrogate_pool = 512;                  ///< genomes that a model chooses one from
  int surrogate_observations = 400;          ///< that a Gaussian process learns from at most
  std::vector<std::string> start_with = {};  ///< JSON of the genomes that are the first trials
  std::vector<std::string> warm_start = {};  ///< earlier run folders, relative to the run file
  std::string from = "";  ///< winner folder or ONNX file whose weights candidates inherit where they fit
  int trial_programmings = 10;  ///< of a trial's score; winners are scored again with [scoring] programmings
  int trial_images = 0;         ///< of the validation split that trials are scored on, spread evenly; 0: all
  int max_parameters = 0;       ///< T_p of the paper; 0: no limit
  int max_macs = 0;             ///< multiply-accumulates of one inference; 0: no limit
  int max_cores = 0;            ///< 0: as many as the chip has
  double max_avm = 10.0;        ///< T_AVM in points; enforced on parents and on what is returned
  double width_mutation = 0.8;  ///< probabilities of the typed mutations
  double depth_mutation = 0.8;
  double other_mutation = 0.5;
  Fidelity fidelity = Fidelity::none;
  int rungs = 3;           ///< of successive halving: scores of a candidate, the last one fully trained
  int reduction = 2;       ///< 1 in so many candidates goes on to the next rung, so many times longer
  double rung_data = 1.0;  ///< part of the training samples in the first rung, geometric to 1 in the last
  ZeroCostMeasure prefilter = ZeroCostMeasure::none;
  double prefilter_keep = 0.25;  ///< part of the proposals that the prefilter lets be trained
  int winners = 3;               ///< re-scored with fresh seeds on the test split, exported
  int confirm = 0;               ///< best trials that are trained again before winners are named
  int confirm_trainings = 3;
  int max_draws = 1000;  ///< proposals drawn for one trial, and uniform ones; see draw_genome.hpp
  double grace_s = 60;   ///< of a shared study: silence after which a worker's trial is another's

  void fields(FieldVisitor& visitor);

  // Its parts, in the table's order.
  void proposal_fields(FieldVisitor& visitor);
  void bound_fields(FieldVisitor& visitor);
  void mutation_fields(FieldVisitor& visitor);
  void fidelity_fields(FieldVisitor& visitor);
  void end_fields(FieldVisitor& visitor);
};

}  // namespace mho
