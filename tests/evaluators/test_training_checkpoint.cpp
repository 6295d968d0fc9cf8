// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_checkpoint.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/training/training.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

const std::vector<TrainingStage> stages = {{1, 0.25}, {3, 0.5}, {5, 1.0}};

TrainingConfig short_training(OptimizerKind optimizer) {
  TrainingConfig config;
  config.epochs = 5;
  config.optimizer = optimizer;
  config.learning_rate = optimizer == OptimizerKind::adam ? 0.01 : 0.1;
  return config;
}

TrainingResult train_toy(const TrainingConfig& config, const TrainingPart& part,
                         const HardwareConfig& hardware = {}) {
  const auto samples = toy_samples(128, 4, 0.5, 3);
  return train({toy_network(4), hardware}, {samples, config}, RandomKey(5), {}, part);
}

/// Stage by stage, each from the file that the one before left.
Parameters train_in_parts(const TrainingConfig& config, const std::vector<TrainingStage>& all,
                          const std::filesystem::path& file, const HardwareConfig& hardware = {}) {
  TrainingCheckpoint at;
  for (const auto& stage : all) {
    set_thread_count(stage.epochs % 2 + 1);
    auto result = train_toy(config, {all, at.epochs_done > 0 ? &at : nullptr, stage.epochs}, hardware);
    set_thread_count(0);
    REQUIRE(result.epochs_done == stage.epochs);
    if (stage.epochs == config.epochs) return result.parameters;
    save_checkpoint(file, result.checkpoint.value());
    at = load_checkpoint(file, toy_network(4));
  }
  return {};
}

void check_same(const Parameters& a, const Parameters& b) {
  REQUIRE(a.size() == b.size());
  for (size_t n = 0; n < a.size(); ++n) {
    CHECK(a[n].weight == b[n].weight);
    CHECK(a[n].bias == b[n].bias);
    CHECK(a[n].gamma == b[n].gamma);
    CHECK(a[n].running_variance == b[n].running_variance);
    CHECK(a[n].input_range == b[n].input_range);
    CHECK(a[n].output_gain == b[n].output_gain);
  }
}

}  // namespace

TEST_CASE("a training in parts, through files, gives the bits of one that was never interrupted") {
  const TemporaryFolder folder;
  for (const auto optimizer : all_values<OptimizerKind>()) {
    const auto config = short_training(optimizer);
    const auto whole = train_toy(config, {stages});
    CHECK(whole.epochs_done == 5);
    check_same(train_in_parts(config, stages, folder / "checkpoint.safetensors"), whole.parameters);
  }
}

TEST_CASE("a training in parts keeps its bits with learned input ranges and with output gains") {
  const TemporaryFolder folder;
  for (const auto optimizer : all_values<OptimizerKind>())
    for (const std::string regime : {"hardware_aware", "pim_qat"}) {
      auto config = short_training(optimizer);
      config.regime = regime;
      config.digital_fraction = 0.3;  // the first part ends before the first calibration
      config.adc_fraction = 0.6;
      HardwareConfig hardware;
      hardware.input_range.mode = regime == "pim_qat" ? InputRangeMode::percentile : InputRangeMode::learned;
      const auto whole = train_toy(config, {stages}, hardware);
      check_same(train_in_parts(config, stages, folder / "checkpoint.safetensors", hardware),
                 whole.parameters);
    }
}

TEST_CASE("a training in parts keeps its bits in bfloat16, and has others than in float32") {
  const TemporaryFolder folder;
  for (const std::string regime : {"digital", "hardware_aware", "pim_qat"}) {
    auto config = short_training(OptimizerKind::sgd);
    config.regime = regime;
    const auto exact = train_toy(config, {stages});
    config.arithmetic = TrainingArithmetic::bfloat16;
    const auto whole = train_toy(config, {stages});
    REQUIRE_FALSE(whole.failed);
    CHECK(whole.parameters[1].weight != exact.parameters[1].weight);
    check_same(train_in_parts(config, stages, folder / "checkpoint.safetensors"), whole.parameters);
  }
}

TEST_CASE("on all data a training in parts gives the bits of a plain training") {
  const TemporaryFolder folder;
  const auto config = short_training(OptimizerKind::sgd);
  check_same(train_in_parts(config, {{2, 1.0}, {5, 1.0}}, folder / "checkpoint.safetensors"),
             train_toy(config, {}).parameters);
}

TEST_CASE("a part of the data and a part of the epochs give other weights") {
  const auto config = short_training(OptimizerKind::sgd);
  const auto whole = train_toy(config, {}).parameters;
  CHECK(train_toy(config, {stages}).parameters[1].weight != whole[1].weight);
  CHECK(train_toy(config, {{}, nullptr, 4}).parameters[1].weight != whole[1].weight);
}

TEST_CASE("a checkpoint of another architecture or a broken one is refused") {
  const TemporaryFolder folder;
  const auto file = folder / "checkpoint.safetensors";
  const auto result = train_toy(short_training(OptimizerKind::sgd), {stages, nullptr, 1});
  save_checkpoint(file, result.checkpoint.value());
  CHECK(load_checkpoint(file, toy_network(4)).optimizer.steps == 1);
  CHECK_THROWS_AS(load_checkpoint(file, toy_network(5)), DataError);
  CHECK_THROWS_AS(load_checkpoint(folder / "missing", toy_network(4)), DataError);
  auto larger = result.parameters;
  larger.push_back(larger.front());
  larger.back().weight.resize(3);
  save_checkpoint(file, {1, larger, result.checkpoint->optimizer});
  CHECK_THROWS_AS(load_checkpoint(file, toy_network(4)), DataError);
}

TEST_CASE("a checkpoint whose counts are no whole numbers is refused") {
  const TemporaryFolder folder;
  const auto parameters = initial_parameters(toy_network(4), RandomKey(1));
  save_checkpoint(folder / "c", {3, parameters, {parameters, {}, 7}});
  const auto whole = read_safetensors(folder / "c");
  for (const std::vector<float>& digits :
       {std::vector<float>{-1, 0}, {0, 65536}, {32768, 0}, {0, 0.5F}, {NAN, 0}}) {
    auto broken = whole;
    broken.at("epochs_done").values = digits;
    write_safetensors(folder / "c", broken);
    CHECK_THROWS_WITH(load_checkpoint(folder / "c", toy_network(4)),
                      ContainsSubstring("epochs_done") && ContainsSubstring("expected a whole number"));
  }
}

TEST_CASE("a checkpoint keeps its counts exactly") {
  const TemporaryFolder folder;
  const auto parameters = initial_parameters(toy_network(4), RandomKey(1));
  for (const int count : {0, 65535, 65536, 123456789}) {
    save_checkpoint(folder / "c", {count, parameters, {parameters, {}, count}});
    const auto read = load_checkpoint(folder / "c", toy_network(4));
    CHECK(read.epochs_done == count);
    CHECK(read.optimizer.steps == count);
    CHECK(read.optimizer.second.empty());
  }
}
