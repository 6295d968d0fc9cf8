// SPDX-License-Identifier: Apache-2.0
// Networks that are broken on purpose: the cause comes first in the explanation.
#include "evaluators/explain/explanation.hpp"

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/given_parameters.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

constexpr int pixels = 64, classes = 10;
constexpr double noise = 1.6;  // of the images: 99.9 % are told apart

/// Three dense layers: a rotation, one back and forth, and the classes' own images. The rotation's outputs
/// have one more, which is always zero.
Architecture rotations() {
  return {"rotations",
          {8, 8, 1},
          {{"first", Dense{.out_features = pixels + 1}, {"input"}},
           {"second", Dense{.out_features = pixels}, {"first"}},
           {"last", Dense{.out_features = classes}, {"second"}},
           {"loss", Output{}, {"last"}}}};
}

std::vector<float> prototype(int label) {
  Random draw(RandomKey(1).with("prototype", static_cast<std::uint64_t>(label)));
  std::vector<float> image(pixels);
  for (float& pixel : image) pixel = static_cast<float>(draw.normal());
  return image;
}

/// 1 - 2 v v^T / v^2: a reflection, its own inverse.
float reflection(int row, int column) {
  static const auto v = prototype(1000);
  static const float square = [] {
    float sum = 0;
    for (const float x : v) sum += x * x;
    return sum;
  }();
  return (row == column ? 1.0F : 0.0F) -
         2 * v[static_cast<size_t>(row)] * v[static_cast<size_t>(column)] / square;
}

/// Matched filters: the score of a class is x . p - p^2 / 2.
Parameters matched_filters() {
  auto parameters = initial_parameters(rotations(), RandomKey(1));
  for (int row = 0; row < pixels; ++row) {
    for (int column = 0; column <= pixels; ++column)
      parameters[1].weight[static_cast<size_t>(row * (pixels + 1) + column)] =
          column < pixels ? reflection(row, column) : 0;
    for (int column = 0; column < pixels; ++column)
      parameters[2].weight[static_cast<size_t>(row * pixels + column)] = reflection(row, column);
  }
  for (int column = 0; column < pixels; ++column)
    parameters[2].weight[static_cast<size_t>(pixels * pixels + column)] = 0;
  for (int label = 0; label < classes; ++label) {
    const auto image = prototype(label);
    float square = 0;
    for (int row = 0; row < pixels; ++row) {
      parameters[3].weight[static_cast<size_t>(row * classes + label)] = image[static_cast<size_t>(row)];
      square += image[static_cast<size_t>(row)] * image[static_cast<size_t>(row)];
    }
    parameters[3].bias[static_cast<size_t>(label)] = -square / 2;
  }
  return parameters;
}

struct Setup {
  HardwareConfig hardware;
  Parameters parameters = matched_filters();
  double time_s = 86400;
  int programmings = 3;

  Setup() {
    resolve_g_max(hardware);
    complete_parameters(CompiledCandidate(rotations(), hardware), parameters, samples());
  }
  static const Samples& samples() {
    static const Samples all = toy_samples(300, classes, noise, 5);
    return all;
  }
  Explanation explained() const {
    const Architecture architecture = rotations();
    const PostTrainingConfig none;
    return explain({architecture, parameters, hardware, none, samples(), time_s}, samples(),
                   {.programmings = programmings}, RandomKey(9));
  }
};

/// The first cause, of a chip on which the network is broken but could be whole.
Cause first_cause(const Setup& setup) {
  const auto explanation = setup.explained();
  CHECK(explanation.digital > 0.99);
  CHECK(explanation.chip.mean < 0.8);
  CHECK(explanation.none.value > 0.97);
  REQUIRE(!explanation.causes.empty());
  return explanation.causes.front();
}

}  // namespace

TEST_CASE("a network that the chip computes well has no cause of more than three points") {
  const auto explanation = Setup().explained();
  CHECK(explanation.chip.mean > 0.97);
  for (const auto& cause : explanation.causes) CHECK(cause.points < 3);
}

TEST_CASE("input ranges that are much too small: clipping at the DAC comes first") {
  Setup setup;
  for (auto& layer : setup.parameters) layer.input_range /= 30;
  const auto cause = first_cause(setup);
  CHECK(cause.what == "dac_clipping");
  CHECK(cause.key == "post_training.input_range = true");
  for (const auto& layer : setup.explained().layers) CHECK(layer.errors.dac_clipped > 0.5);
}

TEST_CASE("an ADC whose range is too small: its clipping comes first") {
  Setup setup;
  setup.hardware.adc_range = 0.15;
  const auto cause = first_cause(setup);
  CHECK(cause.what == "adc_clipping");
  CHECK(cause.key == "post_training.column_range = true");
}

TEST_CASE("an ADC that is far wider than the outputs: its rounding comes first, with the range that fits") {
  Setup setup;
  setup.hardware.adc_range = 600;
  const auto cause = first_cause(setup);
  CHECK(cause.what == "adc_rounding");
  CHECK_THAT(cause.key, Catch::Matchers::StartsWith("hardware.adc_range = "));
}

TEST_CASE("huge programming noise comes first") {
  Setup setup;
  setup.hardware.device_parameters.scales.programming_noise_scale = 25;
  const auto cause = first_cause(setup);
  CHECK(cause.what == "programming_noise");
  CHECK(cause.key == "device.programming_noise_scale");
}

TEST_CASE("strong drift that nothing compensates comes first, with the compensation as its key") {
  Setup setup;
  setup.hardware.drift_compensation = CompensationMode::none;
  setup.hardware.device_parameters.scales.drift_scale = 3;
  setup.time_s = 2592000;
  const auto cause = first_cause(setup);
  CHECK(cause.what == "drift");
  CHECK(cause.key == "hardware.drift_compensation = \"global\"");
}

TEST_CASE("huge noise of outputs, or of reads, comes first") {
  Setup setup;
  SECTION("outputs") {
    setup.hardware.output_noise = 2.5;
    CHECK(first_cause(setup).what == "output_noise");
  }
  SECTION("reads") {
    setup.hardware.device_parameters.scales.read_noise_scale = 60;
    CHECK(first_cause(setup).what == "read_noise");
  }
}

TEST_CASE("a layer that is far noisier than the others comes first, to be kept digital") {
  Setup setup;
  // A weight on an input that is always zero stands for g_max: all the others become tiny conductances.
  for (int column = 0; column < pixels; ++column)
    setup.parameters[2].weight[static_cast<size_t>(pixels * pixels + column)] = 60;
  const auto explanation = setup.explained();
  CHECK(explanation.chip.mean < 0.8);
  REQUIRE(!explanation.causes.empty());
  CHECK(explanation.causes.front().what == "layer");
  CHECK(explanation.causes.front().layer == "second");
  CHECK(explanation.causes.front().key == "hardware.digital_layers = [\"second\"]");
  CHECK(explanation.causes.at(1).layer == "second");  // in which the largest effect is largest, too
  CHECK(explanation.digital_sets.front().layers == std::vector<std::string>{"second"});
  CHECK(explanation.digital_sets.front().digital.value > 0.95);
  CHECK(explanation.layers[1].errors.signal_to_noise_db() + 10 <
        explanation.layers[0].errors.signal_to_noise_db());
}

TEST_CASE("what is switched off is the only thing that changes, on the same devices") {
  Setup setup;
  setup.hardware.device_parameters.scales = {0, 0, 0};  // neither noise nor drift of devices
  setup.hardware.output_noise = 0;
  setup.programmings = 2;
  const auto explanation = setup.explained();
  CHECK(explanation.chip.standard_deviation == 0);
  CHECK(explanation.effects.size() == 4);  // two converters, clipping and rounding
  for (const auto& layer : explanation.layers) CHECK(layer.errors.signal_to_noise_db() > 15);
}

TEST_CASE("explanations have the same bits for any number of threads") {
  Setup setup;
  setup.hardware.output_noise = 1;
  setup.programmings = 2;
  const auto many = setup.explained();
  set_thread_count(1);
  const auto one = setup.explained();
  set_thread_count(0);
  CHECK(one.chip.mean == many.chip.mean);
  REQUIRE(one.causes.size() == many.causes.size());
  for (size_t i = 0; i < one.causes.size(); ++i) {
    CHECK(one.causes[i].what == many.causes[i].what);
    CHECK(one.causes[i].points == many.causes[i].points);
  }
  for (size_t i = 0; i < one.layers.size(); ++i)
    CHECK(one.layers[i].errors.error == many.layers[i].errors.error);
}

TEST_CASE("a network without a layer on crossbars, and a time that the device does not know, are refused") {
  Setup setup;
  setup.hardware.digital_layers = {"first", "second", "last"};
  CHECK_THROWS_WITH(setup.explained(),
                    ContainsSubstring("expected a network with a layer on"));
  setup.hardware.digital_layers = {};
  setup.time_s = -1;
  CHECK_THROWS_AS(setup.explained(), ConfigError);
}
