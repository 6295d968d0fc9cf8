// SPDX-License-Identifier: Apache-2.0
#include "evaluators/streaming/detections.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace mho;
using Catch::Matchers::WithinRel;

namespace {

/// Logits of two words and a background, so that the words' probabilities are these.
std::vector<float> logits_of(const std::vector<std::array<double, 2>>& words) {
  std::vector<float> logits;
  for (const auto& [first, second] : words)
    for (const double p : {first, second, 1 - first - second})
      logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

const std::vector<bool> background{false, false, true};

std::vector<double> every_second(size_t count) {
  std::vector<double> ends;
  for (size_t i = 0; i < count; ++i) ends.push_back(1.0 + static_cast<double>(i));
  return ends;
}

}  // namespace

TEST_CASE("a detection is where the likeliest word reaches the threshold, and background never is one") {
  const auto logits = logits_of({{0.1, 0.1}, {0.7, 0.1}, {0.2, 0.75}, {0.05, 0.05}});
  const DetectionConfig sharp{1, 0, 0};
  const auto found = detect(logits, every_second(4), background, 0.7, sharp);
  REQUIRE(found.size() == 2);
  CHECK(found[0].time_s == 2);
  CHECK(found[0].label == 0);
  CHECK_THAT(found[0].probability, WithinRel(0.7, 1e-6));
  CHECK(found[1].label == 1);
  CHECK(detect(logits, every_second(4), background, 0.76, sharp).empty());
  CHECK(detect(logits, every_second(4), {true, true, true}, 0, sharp).empty());
}

TEST_CASE("probabilities are averaged over the last windows, fewer at the beginning") {
  const auto logits = logits_of({{0.8, 0.1}, {0.2, 0.1}, {0.8, 0.1}});
  const auto found = detect(logits, every_second(3), background, 0, {2, 0, 0});
  REQUIRE(found.size() == 3);  // averages 0.8, 0.5 and 0.5
  CHECK_THAT(found[0].probability, WithinRel(0.8, 1e-6));
  CHECK_THAT(found[1].probability, WithinRel(0.5, 1e-6));
  CHECK_THAT(found[2].probability, WithinRel(0.5, 1e-6));
}

TEST_CASE("a word is held for a while, another one is not") {
  const auto logits = logits_of({{0.9, 0.05}, {0.9, 0.05}, {0.05, 0.9}, {0.9, 0.05}});
  const auto found = detect(logits, every_second(4), background, 0.5, {1, 2.5, 0});
  REQUIRE(found.size() == 3);
  CHECK(found[0].time_s == 1);
  CHECK(found[1].time_s == 3);
  CHECK(found[1].label == 1);
  CHECK(found[2].time_s == 4);  // 3 s after the first
}

TEST_CASE("events without a detection are missed, detections without an event are false accepts") {
  const std::vector<SoundEvent> events{{1, 2, 0}, {5, 6, 1}, {8, 9, 0}};
  const std::vector<Detection> detections{
      {2.5, 0, 1},  // tells of the first, half a second late
      {2.9, 0, 1},  // so does this: no false accept
      {5.5, 0, 1},  // the wrong word
      {10.1, 0, 1}  // too late
  };
  const auto counts = count_detections(detections, events, {1, 0, 1});
  CHECK(counts.events == 3);
  CHECK(counts.missed == 2);
  CHECK(counts.false_accepts == 2);
  CHECK(count_detections(detections, events, {1, 0, 1.2}).missed == 1);
  CHECK(count_detections({}, events, {}).missed == 3);
  CHECK(count_detections(detections, {}, {}).false_accepts == 4);
}
