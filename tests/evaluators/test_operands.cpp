// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/operands.hpp"

#include <cmath>

#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

HardwareConfig ideal_hardware() {
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.drift_compensation = CompensationMode::none;
  return hardware;
}

Parameters toy_parameters(const Architecture& architecture) {
  auto parameters = initial_parameters(architecture, RandomKey(5));
  for (auto& layer : parameters) layer.input_range = 3.0f;
  return parameters;
}

/// Operands from freshly programmed crossbars, as scoring makes them.
Operands programmed_operands(const Network& network, const Parameters& parameters,
                             const HardwareConfig& hardware, double time_s, RandomKey key,
                             bool bfloat16 = false) {
  const auto model = make_device_model(hardware.device, hardware.g_max_us);
  Operands operands = network.digital_operands(parameters, false);
  for (size_t i = 0; i < parameters.size(); ++i)
    if (const auto* layer = network.matrix(static_cast<int>(i))) {
      const CrossbarMatrix matrix(layer_targets(*layer, parameters[i], hardware), hardware, *model,
                                  key.with("programming", i));
      operands[i] = read_operand(*layer, matrix.read(time_s, key.with("read", i)), parameters[i], hardware,
                                 bfloat16, key.with("columns", i));
    }
  return operands;
}

Operands training_operands(const Network& network, const Parameters& parameters,
                           const HardwareConfig& hardware, double weight_noise, RandomKey key) {
  Operands operands;
  noisy_operands({network, parameters, hardware, weight_noise}, key, operands);
  return operands;
}

std::vector<float> run(const Network& network, const Parameters& parameters, const Operands& operands,
                       const Samples& samples, std::uint64_t key) {
  std::vector<float> logits(static_cast<size_t>(samples.count() * network.architecture().classes()));
  InferenceNetwork(network, parameters)
      .logits(operands, samples.images.data(), static_cast<int>(samples.count()), RandomKey(key),
              logits.data());
  return logits;
}

}  // namespace

TEST_CASE(
    "an ideal crossbar without converters gives the digital network, on both paths and with row splits") {
  const auto architecture = toy_network(5);
  const auto parameters = toy_parameters(architecture);
  const auto samples = toy_samples(20, 5, 0.5, 1);
  auto hardware = ideal_hardware();
  hardware.crossbar_rows = GENERATE(256, 50);
  hardware.weight_scaling = GENERATE(WeightScaling::column, WeightScaling::tile);
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  const Network plain(architecture, {});
  const auto wanted = run(plain, parameters, plain.digital_operands(parameters, false), samples, 1);
  const Network network(architecture, mvm_settings(architecture, hardware));
  const auto device =
      run(network, parameters, programmed_operands(network, parameters, hardware, 86400, RandomKey(2)),
          samples, 1);
  const auto training =
      run(network, parameters, training_operands(network, parameters, hardware, 0, RandomKey(2)), samples, 1);
  for (size_t i = 0; i < wanted.size(); ++i) {
    CHECK(device[i] == Approx(wanted[i]).epsilon(1e-4).margin(1e-4));
    CHECK(training[i] == Approx(wanted[i]).epsilon(1e-4).margin(1e-4));
  }
}

TEST_CASE(
    "without weight noise the training path and the device path give the same bits through the same "
    "converters") {
  const auto architecture = toy_network(5);
  const auto parameters = toy_parameters(architecture);
  const auto samples = toy_samples(20, 5, 0.5, 1);
  HardwareConfig hardware;  // 8-bit converters and output noise on
  hardware.device = "ideal";
  hardware.drift_compensation = CompensationMode::none;
  hardware.crossbar_rows = 64;
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  const Network network(architecture, mvm_settings(architecture, hardware));
  const auto device = run(network, parameters,
                          programmed_operands(network, parameters, hardware, 1, RandomKey(2)), samples, 9);
  const auto training =
      run(network, parameters, training_operands(network, parameters, hardware, 0, RandomKey(2)), samples, 9);
  // Conductances may differ in the last bit, which can move a sum over an ADC border: logits differ by a few
  // steps then.
  size_t far = 0;
  for (size_t i = 0; i < device.size(); ++i) far += std::abs(device[i] - training[i]) > 1e-3;
  CHECK(far <= device.size() / 20);
}

TEST_CASE("training's weight noise has the deviation that was asked for and is drawn anew for each key") {
  const auto architecture = toy_network(5);
  const auto parameters = toy_parameters(architecture);
  HardwareConfig hardware;
  const Network network(architecture, mvm_settings(architecture, hardware));
  const auto clean = training_operands(network, parameters, hardware, 0, RandomKey(1));
  const auto noisy = training_operands(network, parameters, hardware, 0.06, RandomKey(1));
  const auto other = training_operands(network, parameters, hardware, 0.06, RandomKey(2));
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto* layer = network.matrix(static_cast<int>(i));
    if (!layer || layer->geometry().rows() < 100) continue;
    double square = 0, overlap = 0;
    size_t n = 0;
    const int width = weight_row(layer->columns());
    for (int r = 0; r < layer->geometry().rows(); ++r)
      for (int c = 0; c < layer->columns(); ++c, ++n) {
        const auto k = static_cast<size_t>(r * width + c);
        const double a = noisy[i].forward[k] - clean[i].forward[k],
                     b = other[i].forward[k] - clean[i].forward[k];
        square += a * a;
        overlap += a * b;
      }
    const double count = static_cast<double>(n);
    CHECK(std::sqrt(square / count) == Approx(0.06).epsilon(5 / std::sqrt(2 * count)));  // 5 standard errors
    CHECK(std::abs(overlap / count) < 5 * 0.0036 / std::sqrt(count));
  }
}

TEST_CASE("grouped convolutions stay digital") {
  const Architecture architecture{"grouped",
                                  {6, 6, 4},
                                  {{"dw", Conv2d{.out_channels = 4, .groups = 4}, {"input"}},
                                   {"grouped", Conv2d{.out_channels = 6, .groups = 2}, {"dw"}},
                                   {"mean", GlobalAveragePool{}, {"grouped"}},
                                   {"dense", Dense{.out_features = 3}, {"mean"}},
                                   {"loss", Output{}, {"dense"}}}};
  const auto settings = mvm_settings(architecture, HardwareConfig{});
  CHECK(settings[1].dac_levels == 0);
  CHECK(settings[2].dac_levels == 0);
  CHECK(settings[4].dac_levels == 127);
  CHECK(settings[4].adc_limit == 10);
}

TEST_CASE("bfloat16 products are the float32 products of rounded conductances") {
  const auto architecture = toy_network(5);
  const auto parameters = toy_parameters(architecture);
  const auto samples = toy_samples(40, 5, 0.5, 1);
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.drift_compensation = CompensationMode::none;
  hardware.adc_bits = 0;  // no borders that rounding could cross
  hardware.output_noise = 0;  // bfloat16 draws its own (tests/nn/test_noisy_pairs.cpp)
  hardware.crossbar_rows = GENERATE(256, 50);  // odd runs
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  const Network network(architecture, mvm_settings(architecture, hardware));
  const auto exact = programmed_operands(network, parameters, hardware, 1, RandomKey(2), false);
  const auto rounded = programmed_operands(network, parameters, hardware, 1, RandomKey(2), true);
  if (!has_bfloat16()) {
    WARN("this processor has no AVX-512-BF16: nothing to compare");
    return;
  }
  CHECK_FALSE(rounded[1].pairs.empty());
  const auto wanted = run(network, parameters, exact, samples, 7),
             got = run(network, parameters, rounded, samples, 7);
  double difference = 0, size = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    difference += std::pow(got[i] - wanted[i], 2);
    size += std::pow(wanted[i], 2);
  }
  // Three layers of weights rounded by at most 2^-9, uniformly: 2^-9 / sqrt(3) each, and rounded inputs that
  // follow.
  CHECK(std::sqrt(difference / size) < 0.01);
  CHECK(difference > 0);
}
