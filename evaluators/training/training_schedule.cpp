// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace mho {
namespace {

void check(const std::vector<TrainingStage>& stages, int epochs) {
  int before = 0;
  for (const auto& stage : stages) {
    if (stage.epochs <= before || !(stage.data > 0 && stage.data <= 1))
      throw std::invalid_argument("a training stage: expected more epochs than before and data in (0, 1]");
    before = stage.epochs;
  }
  if (before != epochs)
    throw std::invalid_argument("training stages: expected the last one to end with the last epoch");
}

}  // namespace

TrainingSchedule::TrainingSchedule(std::vector<TrainingStage> stages, int epochs,
                                   const std::vector<int>& labels, int batch)
    : stages_(std::move(stages)), epochs_(epochs), batch_(batch) {
  if (stages_.empty()) stages_.push_back({epochs, 1.0});
  check(stages_, epochs);
  for (const auto& stage : stages_) {
    const auto part = std::llround(stage.data * static_cast<double>(labels.size()));
    samples_.push_back(spread_indices(labels, std::max<std::int64_t>(part, batch)));
  }
}

std::size_t TrainingSchedule::stage_of(int epoch) const {
  std::size_t stage = 0;
  while (stage + 1 < stages_.size() && epoch >= stages_[stage].epochs) ++stage;
  return stage;
}

int TrainingSchedule::steps_in(std::size_t stage) const {
  return static_cast<int>(samples_[stage].size()) / batch_;
}

int TrainingSchedule::steps_of(int epoch) const { return steps_in(stage_of(epoch)); }

int TrainingSchedule::first_step(int epoch) const {
  int steps = 0, begin = 0;
  for (std::size_t stage = 0; stage < stages_.size() && begin < epoch; ++stage) {
    steps += (std::min(epoch, stages_[stage].epochs) - begin) * steps_in(stage);
    begin = stages_[stage].epochs;
  }
  return steps;
}

}  // namespace mho
