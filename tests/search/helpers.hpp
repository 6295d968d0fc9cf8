// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "search/judges/evaluator.hpp"
#include "search/run_config.hpp"
#include "search/spaces/analognas.hpp"
#include "search/spaces/build_architecture.hpp"
#include "search/spaces/space.hpp"
#include "search/study/trial.hpp"
#include "tests/temporary_folder.hpp"

namespace mho::testing {

/// What is thrown by `call` as text; "" when nothing is.
template <class Exception, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "";
}

/// A score whose 1-day accuracy, its deviation and AVM are given.
inline Score make_score(double accuracy, double deviation, double avm) {
  Score score;
  score.digital = accuracy + 0.01;
  for (const double time : {1.0, 86400.0, 2592000.0})
    score.drift.push_back({time, accuracy, deviation, 25, {accuracy - deviation, accuracy + deviation}});
  score.avm = avm;
  return score;
}

inline Trial make_trial(int number, double accuracy, double deviation, double avm) {
  Trial trial;
  trial.number = number;
  const AnalogNasGenome genome{8 + number, 3, {MainBlock{}}};
  trial.genome = genome;
  trial.name = to_string(genome);
  trial.parameters = 1000 + number;
  trial.score = make_score(accuracy, deviation, avm);
  trial.cost = Cost{.cores = 1, .energy_j = 1e-6 * (1 + number)};
  return trial;
}

/// Training by formula: about 22,000 weights are best. The trial's number adds the noise that a real training
/// has.
inline Evaluation fake_evaluation(const Architecture& architecture, int trial) {
  Evaluation evaluation;
  Random random(RandomKey(7).with("fake", static_cast<std::uint64_t>(trial)));
  const double size = std::log(static_cast<double>(architecture.weights()));
  const double accuracy = 0.9 - 0.01 * (size - 10) * (size - 10) + 0.01 * random.uniform();
  evaluation.parameters = initial_parameters(architecture, RandomKey(static_cast<std::uint64_t>(trial)));
  for (auto& layer : evaluation.parameters)
    if (!layer.weight.empty()) layer.input_range = 1;
  evaluation.score = make_score(accuracy, 0.002 + 0.004 * random.uniform(), 4 + 8 * random.uniform());
  evaluation.cost = Cost{.cores = 1, .energy_j = 1e-12 * static_cast<double>(architecture.macs())};
  evaluation.wall_s = random.uniform();
  return evaluation;
}

/// Networks that are trained by formula, or by what a test puts in its place.
class FakeEvaluator : public NetworkEvaluator, public RungTrainer, public UntrainedMeter {
 public:
  using EvaluateRung = std::function<Evaluation(const Architecture&, int trial, int rung,
                                                const TrainingCheckpoint* from, const EpochCallback&)>;

  FakeEvaluator() : FakeEvaluator(builder_of(Space(SpaceConfig{}))) {}
  explicit FakeEvaluator(NetworkBuilder build) : NetworkEvaluator(std::move(build), {12, 12, 1}, 4) {}

  std::function<Evaluation(const Architecture&, int trial, const EpochCallback&)> on_evaluate =
      [](const Architecture& architecture, int trial, const EpochCallback& on_epoch) {
        auto evaluation = fake_evaluation(architecture, trial);
        if (!on_epoch(1, 0.5)) evaluation.failed = true;
        return evaluation;
      };
  std::function<Evaluation(const Architecture&, const Parameters&, int trial)> on_rescore =
      [](const Architecture& architecture, const Parameters& parameters, int trial) {
        auto evaluation = fake_evaluation(architecture, trial + 1000);
        evaluation.parameters = parameters;
        return evaluation;
      };
  EvaluateRung on_evaluate_rung;                                         ///< none: cannot train in part
  std::function<ZeroCost(const Architecture&, int trial)> on_zero_cost;  ///< none: measures nothing

  Evaluation evaluate(const Architecture& architecture, int trial,
                      const EpochCallback& on_epoch) const override {
    return on_evaluate(architecture, trial, on_epoch);
  }
  Evaluation rescore(const Architecture& architecture, const Parameters& parameters,
                     int trial) const override {
    return on_rescore(architecture, parameters, trial);
  }
  Evaluation evaluate_rung(const Architecture& architecture, int trial, int rung,
                           const TrainingCheckpoint* from, const EpochCallback& on_epoch) const override {
    return on_evaluate_rung(architecture, trial, rung, from, on_epoch);
  }
  ZeroCost zero_cost(const Architecture& architecture, int trial) const override {
    return on_zero_cost(architecture, trial);
  }
  const RungTrainer* rungs() const override { return on_evaluate_rung ? this : nullptr; }
  const UntrainedMeter* untrained() const override { return on_zero_cost ? this : nullptr; }
};

inline FakeEvaluator fake_evaluator() { return {}; }

/// A list of genes as [[space.gene]] entries.
inline std::vector<std::string> gene_tables(const std::string& json) {
  std::vector<std::string> tables;
  for (const auto& gene : nlohmann::ordered_json::parse(json)) tables.push_back(gene.dump());
  return tables;
}

/// A run file that has only [space] and [search].
inline RunConfig function_config(const SpaceConfig& space, const SearchConfig& search) {
  RunConfig config;
  config.space = space;
  config.search = search;
  resolve_g_max(config.hardware);
  return config;
}

/// A small space on a small chip, so that weights and exports stay small.
inline RunConfig small_config() {
  RunConfig config;
  config.space = {.stem_channels = {4, 6, 8},
                  .stem_kernels = {3, 5},
                  .main_blocks = {1, 2},
                  .residual_blocks = {1, 2},
                  .branches = {1, 2},
                  .block_types = {BlockType::A, BlockType::B, BlockType::C, BlockType::D},
                  .widening = {1, 2}};
  config.hardware.g_max_us = 25;
  config.chip.grid_rows = config.chip.grid_columns = 2;
  config.search.trials = 14;
  config.search.population = 4;
  config.search.seed = 11;
  config.search.winners = 2;
  return config;
}

}  // namespace mho::testing
