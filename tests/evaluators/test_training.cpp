// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

HardwareConfig pcm() {
  HardwareConfig hardware;
  resolve_g_max(hardware);
  return hardware;
}

TrainingConfig quick() {
  TrainingConfig config;
  config.epochs = 3;
  config.learning_rate = 0.02;
  config.from = "a folder";
  return config;
}

const Architecture& network() {
  static const Architecture architecture = toy_network(5);
  return architecture;
}

const CompiledCandidate& compiled() {
  static const CompiledCandidate candidate(network(), pcm());
  return candidate;
}

const Samples& samples() {
  static const Samples drawn = toy_samples(160, 5, 1.0, 2);
  return drawn;
}

/// Trained digitally: where fine-tuning starts.
const Parameters& trained() {
  static const Parameters parameters = [] {
    TrainingConfig config;
    config.regime = "digital";
    config.epochs = 4;
    return train(compiled(), {samples(), config}, RandomKey(1)).parameters;
  }();
  return parameters;
}

TrainingResult tune(const TrainingConfig& config, TrainingPart part = {}) {
  part.initial = &trained();
  return train(compiled(), {samples(), config}, RandomKey(5), {}, part);
}

size_t node_of(const std::string& name) {
  for (size_t n = 0; n < network().nodes().size(); ++n)
    if (network().nodes()[n].name == name) return n;
  return 0;
}

bool same(const Parameters& a, const Parameters& b) {
  for (size_t n = 0; n < a.size(); ++n) {
    if (a[n].weight != b[n].weight || a[n].input_range != b[n].input_range) return false;
    for (const auto& tensor : LayerParameters::channel_tensors())
      if (a[n].*tensor.values != b[n].*tensor.values) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("fine-tuning starts from the weights that it is given") {
  auto config = quick();
  config.learning_rate = 0;
  config.clip_deviations = 0;
  const auto found = tune(config);
  REQUIRE_FALSE(found.failed);
  CHECK(found.parameters[node_of("conv2")].weight == trained()[node_of("conv2")].weight);
  config.learning_rate = 0.02;
  CHECK(tune(config).parameters[node_of("conv2")].weight != trained()[node_of("conv2")].weight);
}

TEST_CASE("frozen layers keep every bit, whatever decay, clipping and optimiser do to the others") {
  for (const auto optimizer : {OptimizerKind::sgd, OptimizerKind::adam}) {
    auto config = quick();
    config.optimizer = optimizer;
    config.learning_rate = 0.005;
    config.clip_deviations = 1;
    config.frozen = {"conv1", "bn2", "dense"};
    const auto found = tune(config).parameters;
    for (const auto& name : config.frozen) {
      const auto& now = found[node_of(name)];
      const auto& then = trained()[node_of(name)];
      CHECK(now.weight == then.weight);
      CHECK(now.bias == then.bias);
      CHECK(now.gamma == then.gamma);
      CHECK(now.beta == then.beta);
    }
    CHECK(found[node_of("conv2")].weight != trained()[node_of("conv2")].weight);
    CHECK(found[node_of("bn1")].gamma != trained()[node_of("bn1")].gamma);
    CHECK(found[node_of("bn2")].running_mean != trained()[node_of("bn2")].running_mean);
  }
}

TEST_CASE("kept batch norms keep every bit") {
  auto config = quick();
  config.batch_norms = BatchNorms::kept;
  const auto found = tune(config).parameters;
  for (const char* name : {"bn1", "bn2"})
    for (const auto& tensor : LayerParameters::channel_tensors())
      CHECK(found[node_of(name)].*tensor.values == trained()[node_of(name)].*tensor.values);
  CHECK(found[node_of("conv2")].weight != trained()[node_of("conv2")].weight);
}

TEST_CASE("fine-tuning that goes on from any epoch ends with the same bits") {
  for (const auto norms : {BatchNorms::trained, BatchNorms::kept}) {
    auto config = quick();
    config.batch_norms = norms;
    config.frozen = {"conv1"};
    std::vector<TrainingCheckpoint> kept;
    const auto whole = tune(config, {.keep = [&](const TrainingCheckpoint& at) { kept.push_back(at); }});
    REQUIRE(kept.size() == 2);
    for (const auto& checkpoint : kept) {
      const auto rest = tune(config, {.from = &checkpoint});
      CHECK(rest.epochs_done == 3);
      CHECK(same(rest.parameters, whole.parameters));
    }
  }
}

TEST_CASE("what cannot be frozen or kept is refused before anything is trained") {
  auto config = quick();
  config.frozen = {"conv3"};
  CHECK_THROWS_WITH(tune(config),
                    ContainsSubstring("training.frozen: expected layers with trained numbers (conv1") &&
                        ContainsSubstring("got 'conv3' (did you mean"));
  config.frozen = {"relu1"};
  CHECK_THROWS_WITH(tune(config), ContainsSubstring("got 'relu1'"));
  config = {};
  check_start(config);
  config.frozen = {"conv1"};
  CHECK_THROWS_WITH(check_start(config), ContainsSubstring("training.frozen: expected training.from"));
  config = {};
  config.batch_norms = BatchNorms::kept;
  CHECK_THROWS_WITH(check_start(config),
                    ContainsSubstring("training.batch_norms = kept: expected training.from"));
}
