// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_schedule.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/catch.hpp"

using namespace mho;

namespace {

std::vector<int> labels_of(int count, int classes) {
  std::vector<int> labels;
  for (int i = 0; i < count; ++i) labels.push_back(i * classes / count);  // sorted by class
  return labels;
}

}  // namespace

TEST_CASE("without stages every epoch goes through all samples") {
  const auto labels = labels_of(100, 4);
  const TrainingSchedule schedule({}, 3, labels, 32);
  CHECK(schedule.steps() == 9);
  for (int epoch = 0; epoch < 3; ++epoch) {
    CHECK(schedule.first_step(epoch) == 3 * epoch);
    CHECK(schedule.steps_of(epoch) == 3);
    REQUIRE(schedule.samples_of(epoch).size() == 100);
    CHECK(schedule.samples_of(epoch).back() == 99);
  }
}

TEST_CASE("steps are counted over all stages, each with its own part of the samples") {
  const auto labels = labels_of(160, 4);
  const TrainingSchedule schedule({{2, 0.25}, {3, 0.5}, {6, 1.0}}, 6, labels, 10);
  const std::vector<int> first = {0, 4, 8, 16, 32, 48};
  for (int epoch = 0; epoch < 6; ++epoch) {
    CHECK(schedule.first_step(epoch) == first[static_cast<size_t>(epoch)]);
    CHECK(schedule.steps_of(epoch) ==
          (epoch < 5 ? first[static_cast<size_t>(epoch) + 1] : 64) - first[static_cast<size_t>(epoch)]);
  }
  CHECK(schedule.steps() == 64);
}

TEST_CASE("a part of the samples holds every class in proportion, and a mini-batch at least") {
  const auto labels = labels_of(160, 4);
  const TrainingSchedule schedule({{1, 0.25}, {2, 1.0}}, 2, labels, 8);
  std::vector<int> counts(4);
  for (const auto position : schedule.samples_of(0))
    ++counts[static_cast<size_t>(labels[static_cast<size_t>(position)])];
  CHECK(counts == std::vector<int>{10, 10, 10, 10});
  CHECK(TrainingSchedule({{1, 0.01}, {2, 1.0}}, 2, labels, 8).samples_of(0).size() == 8);
}

TEST_CASE("stages that do not rise to the last epoch are refused") {
  const auto labels = labels_of(16, 2);
  using Stages = std::vector<TrainingStage>;
  for (const auto& stages : {Stages{{3, 1.0}}, Stages{{2, 1.0}, {2, 1.0}, {4, 1.0}}, Stages{{4, 0.0}},
                             Stages{{4, 1.5}}, Stages{{5, 1.0}}})
    CHECK_THROWS_AS(TrainingSchedule(stages, 4, labels, 4), std::invalid_argument);
}
