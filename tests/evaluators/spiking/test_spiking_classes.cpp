// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spiking_classes.hpp"

#include "core/base/parallel.hpp"
#include "evaluators/spiking/spiking_chips.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Two classes that differ by which of two numbers is large.
Samples large_numbers(int count, std::uint64_t seed) {
  Samples samples;
  samples.height = 10;
  samples.channels = 2;
  samples.images.resize(static_cast<std::size_t>(count) * 20);
  fill_normal(RandomKey(seed), samples.images);
  for (int i = 0; i < count; ++i) {
    samples.labels.push_back(i % 2);
    for (int t = 0; t < 10; ++t) samples.images[static_cast<std::size_t>(i * 20 + t * 2 + i % 2)] += 2;
  }
  return samples;
}

Dataset two_classes() {
  Dataset data;
  data.classes = data.outputs = 2;
  data.train = large_numbers(60, 1);
  data.validation = large_numbers(20, 2);
  data.test = large_numbers(40, 3);
  return data;
}

SpikingConfig small(WriteScheme scheme) {
  SpikingConfig config;
  config.task = SpikingTask::classes;
  config.scheme = scheme;
  config.lif.neurons = 30;
  config.epochs = 10;
  config.batch = 4;
  config.rates = {0.2, 0.2, 0.3};
  config.weight_bound = 1;
  config.lif.threshold = 1;
  config.initial_gain = 0.4;
  config.rate_regularisation = 1e-6;
  config.programmings = 3;
  config.device = config.on_devices() ? "pcm_accumulative" : "pcm";
  return config;
}

const auto to_the_end = [](int, double) { return true; };

}  // namespace

TEST_CASE("Classes are learnt, and told apart on chips after a day, the same for any number of threads") {
  const auto data = two_classes();
  for (const auto scheme : {WriteScheme::floating, WriteScheme::mixed_precision}) {
    const auto config = small(scheme);
    set_thread_count(1);
    const auto result = run_spiking_classes(config, data, to_the_end);
    set_thread_count(0);
    const auto again = run_spiking_classes(config, data, to_the_end);
    INFO(word_of(scheme));
    CHECK(result.losses == again.losses);
    CHECK(result.test == again.test);
    CHECK(result.drift[1].mean == again.drift[1].mean);
    CHECK(result.losses.back() < result.losses.front());
    if (scheme == WriteScheme::floating) CHECK(result.test > 0.8);  // 40 samples: chance is 0.5 +- 0.08
    REQUIRE(result.drift.size() == 2);
    CHECK(result.drift[1].programmings == 3);
    CHECK(result.state_steps == 10 * 60 * 100 * 30);
  }
}

TEST_CASE("Trained devices are read, weights that are numbers are programmed") {
  auto config = small(WriteScheme::mixed_precision);
  config.device_parameters.scales = {.drift_scale = 0, .read_noise_scale = 0};
  const SpikingNetwork trained(config, 4, 2, RandomKey(1));
  const auto held = SpikingChip(config, trained, RandomKey(2)).read(86400, RandomKey(3));
  for (std::size_t i = 0; i < 120; ++i)
    REQUIRE(held.input.weights()[i] ==
            Approx(trained.synapses()[0]->weights()[i]).margin(5e-3));  // reads begin at 0.1 µS
  config = small(WriteScheme::floating);
  const SpikingNetwork numbers(config, 4, 2, RandomKey(1));
  const SpikingChip chip(config, numbers, RandomKey(2)), other(config, numbers, RandomKey(4));
  const auto first = chip.read(1, RandomKey(3)), second = other.read(1, RandomKey(3));
  CHECK(first.recurrent.weights() != second.recurrent.weights());
  CHECK(chip.read(1, RandomKey(3)).recurrent.weights() == first.recurrent.weights());
  double error = 0, size = 0;
  for (std::size_t i = 0; i < 900; ++i) {
    error += std::abs(first.recurrent.weights()[i] - numbers.synapses()[1]->weights()[i]);
    size += std::abs(numbers.synapses()[1]->weights()[i]);
  }
  CHECK(error > 0.01 * size);
  CHECK(error < 0.3 * size);  // PCM's write noise is about 4 % of a column's largest weight
}
