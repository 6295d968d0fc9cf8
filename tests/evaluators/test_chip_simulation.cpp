// SPDX-License-Identifier: Apache-2.0
// The exported chip against the engine that scored the network: same logits without noise, and the counts
// that the mapper predicted.
#include "evaluators/scoring/chip_simulation.hpp"

#include "tests/evaluators/chip_simulation_helpers.hpp"

namespace mho {

TEST_CASE("the exported chip gives the engine's logits and the predicted costs") {
  check_builtin("autoencoder", with(MappingObjective::cores), 2, 3);
  check_builtin("resnet8", with(MappingObjective::cores), 2, 2);
  check_builtin("ds_cnn", with(MappingObjective::cores), 2, 1);
  check_builtin("mobilenet_v1_025", with(MappingObjective::cores), 2, 2);
  check_builtin("resnet9", with(MappingObjective::cores), 1, 6);
  check_builtin("resnet32", with(MappingObjective::cores), 1, 3);
}

TEST_CASE("replicas, copies along the diagonal and products shared by blocks run too") {
  for (const char* name : {"resnet8", "ds_cnn"}) {
    check_builtin(name, with(MappingObjective::throughput), 1, 3);
    check_builtin(name, with(MappingObjective::energy), 1, 3);
    check_builtin(name, with(MappingObjective::cores, PackingMode::disjoint), 1, 3);
    check_builtin(name, with(MappingObjective::throughput, PackingMode::disjoint), 1, 4);
  }
  check_builtin("resnet32", with(MappingObjective::throughput), 1, 4);
}

TEST_CASE("channel-aligned rows give the engine's logits too, of the same cut") {
  for (const auto objective : all_values<MappingObjective>())
    check_builtin("resnet8", with(objective, PackingMode::time_shared, RowSplit::channel_aligned), 1, 3);
  check_builtin("resnet9", with(MappingObjective::cores, PackingMode::time_shared, RowSplit::channel_aligned),
                1, 7);
  check_builtin("ds_cnn", with(MappingObjective::cores, PackingMode::disjoint, RowSplit::channel_aligned), 1,
                3);
}

TEST_CASE("the engine's logits are those of its own cut: partial sums are converted one by one") {
  const Architecture architecture = builtin("resnet8");
  const Parameters parameters = drawn_parameters(architecture, 7);
  const auto images = drawn_images(architecture, 1);
  HardwareConfig hardware = noise_free();
  const auto dense = engine_logits(architecture, parameters, hardware, images, 1);
  hardware.row_split = RowSplit::channel_aligned;
  CHECK(engine_logits(architecture, parameters, hardware, images, 1) != dense);
}

TEST_CASE(
    "kernels, strides and poolings whose sides differ give the engine's logits and the predicted costs") {
  HardwareConfig hardware = noise_free();
  hardware.crossbar_rows = hardware.crossbar_columns =
      16;  // cuts the stem and the wide convolution over rows
  for (const auto objective : all_values<MappingObjective>())
    check_simulation(rectangular(), drawn_parameters(rectangular(), 7), hardware, with(objective), 2,
                     small_chip(5, 5, 16));
  check_builtin("signal_cnn", with(MappingObjective::cores), 2, 1);
}

TEST_CASE("digital units apply sigmoid, tanh, leaky ReLU and clip where their inputs lie") {
  const Architecture architecture = activations();
  for (const int crossbar : {32, 256}) {
    HardwareConfig hardware = noise_free();
    hardware.crossbar_rows = hardware.crossbar_columns = crossbar;
    check_simulation(architecture, drawn_parameters(architecture, 7), hardware, with(MappingObjective::cores),
                     2, small_chip(5, 5, crossbar));
  }
}

TEST_CASE("recurrent layers step through time on the chip, states travel, and costs are as predicted") {
  const Architecture architecture = recurrent();
  for (const int crossbar : {16, 32, 256})
    for (const auto objective : all_values<MappingObjective>()) {
      HardwareConfig hardware = noise_free();
      hardware.crossbar_rows = hardware.crossbar_columns = crossbar;
      check_simulation(architecture, drawn_parameters(architecture, 7), hardware, with(objective), 2,
                       small_chip(8, 8, crossbar));
    }
  check_builtin("signal_lstm", with(MappingObjective::throughput), 2, 2);
  check_builtin("kws_lstm", with(MappingObjective::cores), 2, 2);
  check_builtin("kws_lstm", with(MappingObjective::cores, PackingMode::disjoint), 1, 2);
}

TEST_CASE("layers kept digital are made beside the cores, with the engine's logits and the predicted costs") {
  const auto check = [](const Architecture& network, const std::vector<std::string>& digital) {
    HardwareConfig hardware = noise_free();
    hardware.digital_layers = digital;
    hardware.crossbar_rows = hardware.crossbar_columns = 64;
    const Architecture architecture = network.with_digital_layers(digital);
    auto parameters = drawn_parameters(architecture, 7);
    for (size_t node = 0; node < parameters.size(); ++node)  // as a training leaves them: without a range
      if (architecture.nodes()[node].on_chip.place == OnChip::Place::digital_matrix)
        parameters[node].input_range = 0;
    check_simulation(architecture, parameters, hardware, {}, 2, small_chip(4, 4, 64));
  };
  SECTION("the first, which reads the image") { check(two_layers(), {"conv"}); }
  SECTION("in the middle, between crossbars, with a kernel and a stride") { check(rectangular(), {"wide"}); }
  SECTION("dense layers, and a grouped convolution, which is digital anyway") {
    check(rectangular(), {"stem", "depthwise", "dense"});
  }
  SECTION("recurrent layers, between crossbars and behind one another") {
    check(recurrent(), {"lstm"});
    check(recurrent(), {"lstm", "gru", "rnn"});
  }
  SECTION("one that reads what is on several cores") {
    check(dense_chain("chain", 100, {150, 80, 5}), {"dense1"});
  }
}

TEST_CASE("a chip with calibrated input ranges and column scales runs as the engine does") {
  const Architecture architecture = builtin("resnet8");
  Parameters parameters = drawn_parameters(architecture, 7);
  const HardwareConfig hardware = noise_free();
  for (size_t node = 0; node < parameters.size(); ++node) {
    if (parameters[node].input_range == 0) continue;
    const MatrixShape matrix = matrix_shape(architecture, static_cast<int>(node));
    auto& scales = parameters[node].column_scales;
    scales = conductance_scales(parameters[node].weight, matrix.rows, matrix.columns, hardware);
    for (size_t i = 0; i < scales.size(); ++i) scales[i] *= i % 3 == 0 ? 0.8F : 1.5F;
    for (int split = 0; split < (matrix.rows + 255) / 256; ++split)
      parameters[node].split_ranges.push_back(0.7F + 0.4F * static_cast<float>(split));
  }
  check_simulation(architecture, parameters, hardware, with(MappingObjective::cores), 1,
                   small_chip(2, 2, 256));
}

TEST_CASE("the simulated chip has every effect of the score: IR drop, S-shape, noise and bound management") {
  const Architecture architecture = builtin("resnet8");
  const Parameters parameters = drawn_parameters(architecture, 7);
  const auto plain = engine_logits(architecture, parameters, noise_free(), drawn_images(architecture, 1), 1);
  for (const char* effect : {"approximate", "ladder", "s_shape", "abs_max", "iterative"})
    for (const RowSplit cut : {RowSplit::dense, RowSplit::channel_aligned}) {
      HardwareConfig hardware = noise_free();
      hardware.row_split = cut;
      const std::string name = effect;
      if (const auto drop = find_word<IrDrop>(name)) hardware.wires = {*drop, 5};
      if (name == "s_shape") hardware.effects.s_shape = 0.4;
      if (name == "abs_max") hardware.effects.noise_management = NoiseManagement::abs_max;
      if (name == "iterative") {
        hardware.effects.bound_management = BoundManagement::iterative;
        hardware.adc_range = 1;
      }
      INFO(name << ", " << word_of(cut));
      check_simulation(architecture, parameters, hardware,
                       with(MappingObjective::cores, PackingMode::time_shared, cut), 1,
                       small_chip(2, 3, 256));
      CHECK(engine_logits(architecture, parameters, hardware, drawn_images(architecture, 1), 1) != plain);
    }
}

}  // namespace mho
