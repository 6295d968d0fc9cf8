// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spike_coding.hpp"

#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Samples of 2 numbers a frame, of mean 10 and deviation 2, and of mean -1 and deviation 0.5.
Samples two_kinds() {
  Samples samples;
  samples.height = 4;
  samples.channels = 2;
  samples.labels = {0, 1};
  for (int frame = 0; frame < 8; ++frame) {
    samples.images.push_back(frame % 2 == 0 ? 8.0f : 12.0f);
    samples.images.push_back(frame % 4 < 2 ? -1.5f : -0.5f);
  }
  return samples;
}

std::vector<int> counts(const SpikeTrain& train, int inputs) {
  std::vector<int> of(static_cast<std::size_t>(inputs));
  for (const auto source : train.all()) ++of[source];
  return of;
}

}  // namespace

TEST_CASE("Rates follow every number in deviations from its mean, above and below on inputs of their own") {
  const SpikeCodingConfig config{
      .coding = SpikeCoding::rate, .steps_per_frame = 2000, .full_rate_hz = 100, .full_scale = 2};
  const SpikeCoder coder(config, two_kinds(), 1e-3);
  CHECK(coder.inputs() == 4);
  CHECK(coder.steps() == 8000);
  CHECK(coder.seconds() == Approx(8));
  const std::vector<float> sample{12, -1, 6, -1, 30, -1, 10, -0.5f};
  const auto train = coder.code(sample, RandomKey(1));
  REQUIRE(train.steps() == 8000);
  const auto found = counts(train, 4);
  // Above: 1 deviation is 50 Hz for 2 s, 10 deviations count as 2: 100 Hz for 2 s. Five standard deviations.
  CHECK(found[0] == Approx(300).margin(5 * std::sqrt(300)));
  CHECK(found[1] == Approx(200).margin(5 * std::sqrt(200)));
  CHECK(found[2] == Approx(100).margin(5 * std::sqrt(100)));
  CHECK(found[3] == 0);
  CHECK(std::ranges::equal(train.all(), coder.code(sample, RandomKey(1)).all()));
  CHECK_FALSE(std::ranges::equal(train.all(), coder.code(sample, RandomKey(2)).all()));
}

TEST_CASE("Changes are sent once for every delta, one a step, and what is due stays due") {
  const SpikeCodingConfig config{.coding = SpikeCoding::delta, .steps_per_frame = 3, .delta = 0.5};
  const SpikeCoder coder(config, two_kinds(), 1e-3);
  // Deviations from the mean: 0.6, 0.6, -0.5, 2.4 of the first number; none of the second.
  const std::vector<float> sample{11.2f, -1, 11.2f, -1, 9, -1, 14.8f, -1};
  const auto train = coder.code(sample, RandomKey(1));
  const auto at = [&](int step) {
    return std::vector<std::uint32_t>(train.at(step).begin(), train.at(step).end());
  };
  using Sources = std::vector<std::uint32_t>;
  CHECK(at(0) == Sources{0});  // 0.5 of 0.6
  CHECK(at(1).empty());
  CHECK(at(3).empty());
  CHECK(at(6) == Sources{1});  // to 0 and to -0.5
  CHECK(at(7) == Sources{1});
  CHECK(at(8).empty());
  CHECK(at(9) == Sources{0});
  CHECK(at(11) == Sources{0});  // 1 of 2.9 is sent when the sample ends
  CHECK(train.events() == 6);
}

TEST_CASE("A number that never changes is silent") {
  auto samples = two_kinds();
  for (std::size_t i = 1; i < samples.images.size(); i += 2) samples.images[i] = 3;
  const SpikeCoder coder({}, samples, 1e-3);
  const auto found = counts(coder.code(samples.image(0), RandomKey(1)), 4);
  CHECK(found[2] + found[3] == 0);
}
