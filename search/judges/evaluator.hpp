// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "evaluators/evaluate.hpp"
#include "evaluators/measures/zero_cost.hpp"
#include "search/spaces/space.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// What an evaluator says of a genome.
struct Judgement {
  Trial trial;              ///< what it knows of score, value, cost, parameters, macs, failed, reason, wall_s
  Parameters weights = {};  ///< trained ones, which a winner is scored again with; empty where there are none
};

class NetworkEvaluator;

/// How a search judges what it proposes: the seam for objectives of a user's own, and for tests. All
/// functions are pure: the trial's number keys their random numbers. What they throw ends the search.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Judges a genome. Once `on_epoch` gives false nobody waits for it any more: what fails then is dropped.
  virtual Judgement judge(const Genome& genome, int trial, const EpochCallback& on_epoch) const = 0;
  /// Whether several threads may call `judge` at once; otherwise trials are judged one after the other.
  virtual bool side_by_side() const { return true; }
  /// The networks behind the genomes; null where nothing is built, bounded, trained, mapped or exported.
  virtual const NetworkEvaluator* networks() const { return nullptr; }
};

/// Trains in part, for search.fidelity.
class RungTrainer {
 public:
  virtual ~RungTrainer() = default;
  /// Trains to the end of a rung (0 first), on from `from` (null: from scratch), and scores what there is
  /// then. After the last rung it is what NetworkEvaluator::evaluate gives.
  virtual Evaluation evaluate_rung(const Architecture& architecture, int trial, int rung,
                                   const TrainingCheckpoint* from, const EpochCallback& on_epoch) const = 0;
};

/// Measures untrained networks, for search.prefilter.
class UntrainedMeter {
 public:
  virtual ~UntrainedMeter() = default;
  virtual ZeroCost zero_cost(const Architecture& architecture, int trial) const = 0;
};

/// Builds the network of a genome. Throws ArchitectureError (RunError from a host language) for a genome that
/// has none that fits the input: a failed trial.
using NetworkBuilder = std::function<Architecture(const Genome&, Shape input, int classes)>;

/// An evaluator of networks, which are built of genomes for one input and so many classes.
class NetworkEvaluator : public Evaluator {
 public:
  NetworkEvaluator(NetworkBuilder build, Shape input, int classes)
      : build_(std::move(build)), input_(input), classes_(classes) {}

  const Shape& input() const { return input_; }
  int classes() const { return classes_; }
  /// Throws as NetworkBuilder.
  Architecture network(const Genome& genome) const { return build_(genome, input_, classes_); }
  /// This evaluator with the genome's own training and hardware (candidate_config); this one itself where it
  /// has none.
  virtual std::shared_ptr<const NetworkEvaluator> configured(const Genome&) const { return itself(); }
  /// What has to stand before the networks (Dataset::features); empty where nothing has to.
  virtual std::string features() const { return ""; }

  /// Trains a trial's network and scores it on what selects.
  virtual Evaluation evaluate(const Architecture& architecture, int trial,
                              const EpochCallback& on_epoch) const = 0;
  /// Scores trained weights again, on fresh devices and on samples that selected nothing.
  virtual Evaluation rescore(const Architecture& architecture, const Parameters& parameters,
                             int trial) const = 0;
  /// Seconds that judging the network will take here and now, by doing a small part of it; nothing where that
  /// is unknown.
  virtual std::optional<double> estimate_s(const Architecture&) const { return std::nullopt; }
  /// Null where networks cannot be trained in part.
  virtual const RungTrainer* rungs() const { return nullptr; }
  /// Null where untrained networks say nothing.
  virtual const UntrainedMeter* untrained() const { return nullptr; }

  Judgement judge(const Genome& genome, int trial, const EpochCallback& on_epoch) const final;
  const NetworkEvaluator* networks() const final { return this; }

 protected:
  std::shared_ptr<const NetworkEvaluator> itself() const { return {std::shared_ptr<void>(), this}; }
  const NetworkBuilder& builder() const { return build_; }

 private:
  NetworkBuilder build_;
  Shape input_;
  int classes_;
};

/// The builder of a space. Throws ConfigError when its genomes have no networks.
NetworkBuilder builder_of(const Space& space);

/// Adds what came of a training to its trial's record.
void add_evaluation(const Evaluation& evaluation, Trial& trial);

}  // namespace mho
