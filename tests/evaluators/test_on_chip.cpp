// SPDX-License-Identifier: Apache-2.0
// What all regimes on the chip share.
#include "evaluators/training/stores/on_chip.hpp"

#include "core/base/parallel.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

const auto words = {"pulsed", "zero_shift", "mixed_precision", "hybrid", "tiki_taka"};

HardwareConfig noisy_chip(const std::string& regime) {
  auto hardware = exact_chip();
  hardware.device = "soft_bounds";
  hardware.cell.kind = regime == "hybrid" ? CellKind::pairs : CellKind::single;
  hardware.dac_bits = 7;
  hardware.adc_bits = 9;
  hardware.output_noise = 0.06;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.bound_management = BoundManagement::iterative;
  hardware.effects.backward_dac_bits = 7;
  return hardware;
}

TrainingConfig short_training(const std::string& regime) {
  auto config = on_chip_training(regime);
  config.epochs = 3;
  config.on_chip.symmetry_pulses = 20;
  config.on_chip.accumulator_bits = regime == "hybrid" ? 6 : 0;
  return config;
}

TrainingResult trained(const std::string& regime, const TrainingPart& part = {}) {
  const CompiledCandidate candidate(toy_network(3), noisy_chip(regime));
  const auto samples = toy_samples(24, 3, 0.3, 5);
  const auto config = short_training(regime);
  return train(candidate, {samples, config}, RandomKey(4), {}, part);
}

bool same(const Parameters& a, const Parameters& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].weight != b[i].weight || a[i].bias != b[i].bias || a[i].gamma != b[i].gamma ||
        a[i].input_range != b[i].input_range)
      return false;
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("A training on the chip gives the same bits for any number of threads") {
  const std::string regime = GENERATE(values<const char*>(words));
  set_thread_count(1);
  const auto one = trained(regime);
  set_thread_count(3);
  const auto three = trained(regime);
  set_thread_count(0);
  REQUIRE_FALSE(one.failed);
  CHECK(same(one.parameters, three.parameters));
  CHECK(one.chip->writes.pulses_per_device.mean == three.chip->writes.pulses_per_device.mean);
}

TEST_CASE("A training on the chip that was interrupted goes on to the same bits, also from a file") {
  const std::string regime = GENERATE(values<const char*>(words));
  const auto whole = trained(regime);
  const auto half = trained(regime, {.until = 2});
  const TemporaryFolder folder;
  save_checkpoint(folder.path() / "checkpoint", *half.checkpoint);
  const auto read = load_checkpoint(folder.path() / "checkpoint", toy_network(3));
  const auto rest = trained(regime, {.from = &read});
  REQUIRE_FALSE(rest.failed);
  CHECK(same(whole.parameters, rest.parameters));
  CHECK(whole.chip->writes.pulses_per_device.mean == rest.chip->writes.pulses_per_device.mean);
  CHECK(whole.chip->writes.events_per_weight_sample == rest.chip->writes.events_per_weight_sample);
}

TEST_CASE("Weights stay within the bounds of their devices") {
  auto config = on_chip_training("pulsed");
  config.on_chip.weight_bound = 2;
  ToySteps chip(toy_network(3), config, exact_chip());
  for (int i = 0; i < 10; ++i) chip.run(20);
  float most = 0;
  for (const auto& layer : chip.store().parameters())
    for (const float w : layer.weight) most = std::max(most, std::abs(w));
  CHECK(most == Approx(2));  // so large a rate fills some
}

TEST_CASE("A trained chip is scored as it stands") {
  const auto samples = toy_samples(60, 3, 0.3, 6);
  const auto config = short_training("pulsed");
  const CompiledCandidate candidate(toy_network(3), exact_chip());
  const auto result = train(candidate, {samples, config}, RandomKey(4));
  ScoringConfig scoring;
  scoring.programmings = 2;
  const auto kept =
      score(candidate, result.parameters, samples, scoring, RandomKey(7), {{}, nullptr, result.chip.get()});
  for (const auto& point : kept.drift) {  // these devices neither drift nor make noise
    CHECK(point.mean == Approx(kept.digital).margin(1e-9));
    CHECK(point.standard_deviation == 0);
  }
}

TEST_CASE("Products are counted: every vector of every crossbar, and back where a gradient is wanted") {
  ToySteps chip(toy_network(3), on_chip_training("pulsed"), exact_chip());
  chip.run(0.1);
  // conv1: 64 pixels forward; conv2: 16 both ways; dense: 1 both ways; 4 images.
  CHECK(chip.store().chip()->writes.products == 4 * (64 + 2 * 16 + 2));
}
