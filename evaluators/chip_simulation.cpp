// SPDX-License-Identifier: Apache-2.0
#include "evaluators/chip_simulation.hpp"

#include <algorithm>

#include "core/base/parallel.hpp"

namespace mho {
namespace {

double accuracy(const ChipSimulator& simulator, const std::vector<BlockRead>& blocks, const Samples& samples,
                RandomKey key) {
  int correct = 0;
  for (std::int64_t i = 0; i < samples.count(); ++i) {
    const auto logits = simulator.logits(blocks, samples.image(i).data(), key, static_cast<std::uint32_t>(i));
    correct += std::max_element(logits.begin(), logits.end()) - logits.begin() ==
               samples.labels[static_cast<size_t>(i)];
  }
  return static_cast<double>(correct) / static_cast<double>(samples.count());
}

}  // namespace

std::vector<DriftPoint> simulate(const ChipSimulator& simulator, const Samples& samples,
                                 const ScoringConfig& scoring, RandomKey key) {
  const auto runs = static_cast<size_t>(scoring.programmings), times = scoring.times_s.size();
  std::vector<std::vector<double>> accuracies(times, std::vector<double>(runs));
  parallel_for(runs, [&](size_t run) {
    const RandomKey own = key.with("simulated chip", run);
    const auto programmed = simulator.program(own.with("programming"));
    parallel_for(times, [&](size_t t) {
      const RandomKey at = own.with("time", t);
      accuracies[t][run] = accuracy(simulator, programmed.read(scoring.times_s[t], at), samples, at);
    });
  });
  std::vector<DriftPoint> points;
  for (size_t t = 0; t < times; ++t) points.push_back(summarise(scoring.times_s[t], accuracies[t]));
  return points;
}

}  // namespace mho
