// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training_step.hpp"

#include <algorithm>
#include <cmath>

#include "core/nn/builtin_architectures.hpp"
#include "evaluators/network_bench.hpp"
#include "evaluators/training.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Sixteen synthetic images with the slack that kernels want.
struct Batch {
  Samples samples;
  FloatBuffer images;

  explicit Batch(const Architecture& architecture)
      : samples(synthetic_samples(architecture, 16, RandomKey(1))),
        images(samples.images.size() + kernel_slack()) {
    std::copy(samples.images.begin(), samples.images.end(), images.begin());
  }
};

FloatBuffer weights_after(int steps, bool noisy, const TrainingConfig& config, double learning_rate) {
  const auto architecture = make_builtin("mlp:16", {4, 4, 1}, 3);
  const Batch batch(architecture);
  const HardwareConfig hardware;
  TrainingStep step(architecture, config, hardware, 16, RandomKey(2));
  step.calibrate(batch.samples);
  for (int i = 0; i < steps; ++i)
    step.run(batch.images.data(), batch.samples.labels.data(), noisy, learning_rate,
             RandomKey(3).with("step", static_cast<std::uint64_t>(i)));
  for (const auto& layer : step.parameters())
    if (!layer.weight.empty()) return layer.weight;
  return {};
}

}  // namespace

TEST_CASE("a noisy step depends on its key alone and differs from a digital one") {
  const TrainingConfig config;
  CHECK(weights_after(3, true, config, 0.1) == weights_after(3, true, config, 0.1));
  CHECK(weights_after(3, true, config, 0.1) != weights_after(3, false, config, 0.1));
}

TEST_CASE("weights are clipped in the hardware-aware regime only") {
  TrainingConfig config;
  config.clip_deviations = 0.5;
  const auto largest = [&](const char* regime) {
    config.regime = regime;
    const auto weights = weights_after(1, false, config, 0);
    return std::abs(*std::max_element(weights.begin(), weights.end(),
                                      [](float a, float b) { return std::abs(a) < std::abs(b); }));
  };
  CHECK(largest("hardware_aware") < 0.5f * largest("digital"));
}

TEST_CASE("repeating one mini-batch lowers its loss") {
  const auto architecture = make_builtin("mlp:16", {4, 4, 1}, 3);
  const Batch batch(architecture);
  const TrainingConfig config;
  const HardwareConfig hardware;
  TrainingStep step(architecture, config, hardware, 16, RandomKey(2));
  const auto loss = [&] {
    return step.run(batch.images.data(), batch.samples.labels.data(), false, 0.1, RandomKey(3));
  };
  const double first = loss();
  for (int i = 0; i < 20; ++i) loss();
  CHECK(loss() < 0.5 * first);
}
