// SPDX-License-Identifier: Apache-2.0
#include "search/own_objective.hpp"

#include <chrono>

namespace mho {

Evaluator make_evaluator(Objective objective) {
  Evaluator evaluator;
  evaluator.judge = [objective = std::move(objective)](const Genome& genome, int number) {
    const auto start = std::chrono::steady_clock::now();
    Trial trial;
    trial.score = objective(genome, number);
    trial.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return trial;
  };
  return evaluator;
}

Score plain_score(double accuracy, double deviation, double avm) {
  Score score{.digital_accuracy = accuracy, .drift = {}, .avm = avm};
  for (const double time_s : {kOneSecond, kOneDay, kOneMonth})
    score.drift.push_back({time_s, accuracy, deviation, 1, {accuracy, accuracy}});
  return score;
}

RunConfig objective_config(const SpaceConfig& space, const SearchConfig& search) {
  RunConfig config;
  config.space = space;
  config.search = search;
  resolve_g_max(config.hardware);
  return config;
}

}  // namespace mho
