// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/chip_simulation.hpp"

#include <algorithm>

#include "core/base/parallel.hpp"

namespace mho {
namespace {

/// Images of a share of the work: many walks, few enough that one programming keeps several threads busy.
constexpr std::int64_t images_a_share = 256;

double value(const ChipSimulator& simulator, const std::vector<BlockRead>& blocks, const HeldOut& held_out,
             RandomKey key) {
  const auto& samples = held_out.samples;
  const std::int64_t count = samples.count(), shares = (count + images_a_share - 1) / images_a_share;
  const std::int64_t each = simulator.chip().network.architecture.outputs();
  std::vector<float> outputs(static_cast<size_t>(count * each));
  parallel_for(static_cast<size_t>(shares), [&](size_t share) {
    const auto first = static_cast<std::int64_t>(share) * images_a_share;
    const auto logits = simulator.logits(blocks, samples.image(first).data(),
                                         static_cast<int>(std::min(images_a_share, count - first)), key,
                                         static_cast<std::uint32_t>(first));
    std::copy(logits.begin(), logits.end(), outputs.begin() + first * each);
  });
  return held_out.metric.value(outputs, samples);
}

}  // namespace

std::vector<DriftPoint> simulate(const ChipSimulator& simulator, const HeldOut& held_out,
                                 const ScoringConfig& scoring, RandomKey key) {
  const auto runs = static_cast<size_t>(scoring.programmings), times = scoring.times_s.size();
  std::vector<std::vector<double>> values(times, std::vector<double>(runs));
  parallel_for(runs, [&](size_t run) {
    const RandomKey own = key.with("simulated chip", run);
    const auto programmed = simulator.program(own.with("programming"));
    parallel_for(times, [&](size_t t) {
      const RandomKey at = own.with("time", t);
      values[t][run] = value(simulator, programmed.read(scoring.times_s[t], at), held_out, at);
    });
  });
  std::vector<DriftPoint> points;
  for (size_t t = 0; t < times; ++t)
    points.push_back(summarise(scoring.times_s[t], values[t], held_out.metric.largest()));
  return points;
}

}  // namespace mho
