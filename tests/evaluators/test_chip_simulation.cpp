// SPDX-License-Identifier: Apache-2.0
// The exported chip against the engine that scored the network: same logits without noise, same accuracy
// with it, and the counts that the mapper predicted.
#include "evaluators/scoring/chip_simulation.hpp"

#include <cmath>
#include <cstdlib>

#include "core/base/files/npy.hpp"
#include "core/base/parallel.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/programmed_network.hpp"
#include "evaluators/training/operands.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

HardwareConfig noise_free() {
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.output_noise = 0;
  return hardware;
}

std::vector<float> drawn_images(const Architecture& architecture, int count) {
  std::vector<float> images(static_cast<size_t>(count * architecture.input().size()));
  Random random(RandomKey(3).with("images"));
  for (float& value : images) value = static_cast<float>(random.normal());
  return images;
}

std::vector<float> engine_logits(const Architecture& architecture, const Parameters& parameters,
                                 const HardwareConfig& hardware, const std::vector<float>& images,
                                 int count) {
  const CompiledCandidate candidate(architecture, hardware);
  const Network& network = candidate.network();
  const ProgrammedNetwork programmed(candidate, parameters, false, RandomKey(1));
  InferenceNetwork inference(network, programmed.parameters());
  std::vector<float> logits(static_cast<size_t>(count * architecture.classes()));
  inference.logits(programmed.read(0, RandomKey(2)), images.data(), count, RandomKey(2), logits.data());
  return logits;
}

double spread(const std::vector<float>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - *low;
}

/// Sigmoid, tanh, leaky ReLU and clip behind convolutions that are cut over columns and rows, and before a
/// pooling.
Architecture activations() {
  return Architecture("activations", {6, 6, 3},
                      {{"conv", Conv2d{.out_channels = 40, .bias = true}, {"input"}},
                       {"sigmoid", Sigmoid{}, {"conv"}},
                       {"conv2", Conv2d{.out_channels = 10}, {"sigmoid"}},
                       {"norm", BatchNorm{}, {"conv2"}},
                       {"tanh", Tanh{}, {"norm"}},
                       {"leaky", LeakyRelu{.slope = 0.3}, {"tanh"}},
                       {"clip", Clip{.low = -0.1, .high = 0.4}, {"leaky"}},
                       {"pool", Pool{.kind = Pool::Kind::average}, {"clip"}},
                       {"dense", Dense{5}, {"pool"}},
                       {"loss", Output{}, {"dense"}}});
}

/// Recurrent layers that are cut over columns and rows on small crossbars, one behind the other and side by
/// side.
Architecture recurrent() {
  return Architecture("recurrent", {7, 1, 5},
                      {{"conv", Conv2d{.out_channels = 6, .kernel_width = 1}, {"input"}},
                       {"norm", BatchNorm{}, {"conv"}},
                       {"lstm", Recurrent{Recurrent::Kind::lstm, 13}, {"norm"}},
                       {"gru", Recurrent{Recurrent::Kind::gru, 9}, {"lstm"}},
                       {"rnn", Recurrent{Recurrent::Kind::rnn, 20, false}, {"lstm"}},
                       {"both", Concat{}, {"gru", "rnn"}},
                       {"last", Last{}, {"both"}},
                       {"mean", GlobalAveragePool{}, {"both"}},
                       {"ends", Concat{}, {"last", "mean"}},
                       {"dense", Dense{5}, {"ends"}},
                       {"loss", Output{}, {"dense"}}});
}

void check_counts(const Cost& counted, const Cost& predicted) {
  CHECK(counted.cores == predicted.cores);
  CHECK(counted.core_mvms == predicted.core_mvms);
  CHECK(counted.digital_macs == predicted.digital_macs);
  CHECK(counted.bit_hops == predicted.bit_hops);
  CHECK(counted.buffer_bits == predicted.buffer_bits);
  CHECK(counted.buffered_bits == predicted.buffered_bits);
  CHECK(counted.interval == predicted.interval);
  CHECK(counted.fill == predicted.fill);
  CHECK(counted.latency_s == predicted.latency_s);
  CHECK(counted.throughput_hz == predicted.throughput_hz);
  CHECK(counted.energy_low_j == predicted.energy_low_j);
  CHECK(counted.energy_high_j == predicted.energy_high_j);
}

/// How far logits may be from the engine's, over their spread. With fused products both do the same
/// arithmetic, and most logits are equal to the last bit; kernels round a dense layer's scale and bias at
/// once or not, depending on how many images there are.
double rounding(const Architecture& architecture, const HardwareConfig& hardware) {
  const auto& nodes = architecture.nodes();
  const bool recurrent =
      std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.running.cell; });
  return needs_vector_path(hardware) || recurrent ? 1e-5 : 1e-6;
}

/// Exports, simulates and compares.
void check_simulation(const Architecture& architecture, const Parameters& parameters,
                      const HardwareConfig& hardware, const MappingConfig& config, int images,
                      const ChipConfig& chip) {
  const TemporaryFolder folder;
  const Mapping mapping = map_onto_chip(architecture, chip, config).mapping.value();
  export_chip(folder.path(), {architecture, parameters, hardware, chip, mapping});
  const ChipSimulator simulator(folder.path());
  const auto samples = drawn_images(architecture, images);
  const auto expected = engine_logits(architecture, parameters, hardware, samples, images);
  const auto reads = simulator.program(RandomKey(1)).read(0, RandomKey(2));
  double worst = 0;
  const auto found = simulator.logits(reads, samples.data(), images, RandomKey(2));
  REQUIRE(found.size() == expected.size());
  for (size_t k = 0; k < found.size(); ++k)
    worst = std::max(worst, std::abs(static_cast<double>(found[k]) - expected[k]));
  INFO(architecture.name() << ", " << word_of(config.objective) << ", " << word_of(config.packing) << ", "
                           << word_of(config.row_split));
  CHECK(spread(expected) > 0);
  CHECK(worst <= rounding(architecture, hardware) * spread(expected));
  const Cost counted = simulator.count_cost();
  check_counts(counted, mapping.cost);
  check_counts(counted, simulator.chip().predicted);
}

/// On a chip of `grid` x `grid` cores: those without work would only make the files larger.
void check_builtin(const std::string& name, const MappingConfig& config, int images, int grid) {
  const Architecture architecture = builtin(name);
  HardwareConfig hardware = noise_free();
  hardware.row_split = config.row_split;
  check_simulation(architecture, drawn_parameters(architecture, 7), hardware, config, images,
                   small_chip(grid, grid, 256));
}

MappingConfig with(MappingObjective objective, PackingMode packing = PackingMode::time_shared,
                   RowSplit row_split = RowSplit::dense) {
  MappingConfig config;
  config.row_split = row_split;
  config.objective = objective;
  config.packing = packing;
  return config;
}

}  // namespace

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

TEST_CASE("an image's outputs on the chip depend on its number, not on the batch that it is in") {
  const auto check = [](const Architecture& network, HardwareConfig hardware,
                        const std::vector<std::string>& digital) {
    INFO(network.name());
    hardware.crossbar_rows = hardware.crossbar_columns = 16;
    hardware.digital_layers = digital;
    const Architecture architecture = network.with_digital_layers(digital);
    const TemporaryFolder folder;
    const ChipConfig chip = small_chip(8, 8, 16);
    const auto mapped = map_onto_chip(architecture, chip, with(MappingObjective::throughput));
    export_chip(folder.path(),
                {architecture, drawn_parameters(architecture, 7), hardware, chip, mapped.mapping.value()});
    const ChipSimulator simulator(folder.path());
    const auto images = drawn_images(architecture, 7);
    const auto reads = simulator.program(RandomKey(1)).read(3600, RandomKey(2));
    const auto together = simulator.logits(reads, images.data(), 7, RandomKey(3), 5);
    std::vector<float> parts;
    for (const auto& [first, count] : {std::pair{0, 1}, {1, 4}, {5, 2}}) {
      const auto part = simulator.logits(reads, images.data() + first * architecture.input().size(), count,
                                         RandomKey(3), static_cast<std::uint32_t>(5 + first));
      parts.insert(parts.end(), part.begin(), part.end());
    }
    CHECK(together == parts);
    CHECK(together != simulator.logits(reads, images.data(), 7, RandomKey(3), 6));  // there is noise
  };
  HardwareConfig exact;
  exact.effects.read_weight_noise = 0.02;
  for (const HardwareConfig& hardware : {HardwareConfig{}, exact}) {
    check(rectangular(), hardware, {});
    check(rectangular(), hardware, {"wide", "dense"});
    check(recurrent(), hardware, {});
    check(recurrent(), hardware, {"lstm"});
    check(activations(), hardware, {});
    check(dense_chain("chain", 40, {50, 20, 5}), hardware, {});
  }
}

TEST_CASE("a simulated chip's score has the same bits for one thread and for several") {
  const Architecture architecture = rectangular();
  const TemporaryFolder folder;
  const ChipConfig chip = small_chip(5, 5, 256);
  export_chip(folder.path(), {architecture, drawn_parameters(architecture, 7), HardwareConfig{}, chip,
                              map_onto_chip(architecture, chip).mapping.value()});
  const ChipSimulator simulator(folder.path());
  Samples samples{12, 6, 2, drawn_images(architecture, 600), {}};  // more than one share
  Random labels(RandomKey(4));
  for (int i = 0; i < 600; ++i) samples.labels.push_back(labels.integer(0, 2));
  ScoringConfig scoring;
  scoring.programmings = 2;
  const int before = thread_count();
  std::vector<std::vector<DriftPoint>> scores;
  for (const int threads : {1, 3}) {
    set_thread_count(threads);
    scores.push_back(simulate(simulator, samples, scoring, RandomKey(5)));
  }
  set_thread_count(before);
  for (size_t t = 0; t < scores[0].size(); ++t) {
    CHECK(scores[0][t].mean == scores[1][t].mean);
    CHECK(scores[0][t].standard_deviation == scores[1][t].standard_deviation);
  }
}

// Hidden: tests/python/test_export_files.py runs it to compare network.onnx with the engine.
TEST_CASE("exports with images and their digital logits for other programs", "[.][logits]") {
  const char* folder = std::getenv("MHO_LOGITS_DIR");
  REQUIRE(folder != nullptr);
  std::vector<Architecture> architectures{activations(), recurrent()};
  for (const char* name :
       {"autoencoder", "resnet8", "ds_cnn", "mobilenet_v1_025", "lenet5", "mobilenet_v2_cifar"})
    architectures.push_back(builtin(name));
  for (const Architecture& architecture : architectures) {
    const std::string& name = architecture.name();
    const Parameters parameters = drawn_parameters(architecture, 7);
    const ChipConfig chip = small_chip(8, 8, 256);
    const Mapping mapping = map_onto_chip(architecture, chip).mapping.value();
    const auto own = std::filesystem::path(folder) / name;
    const HardwareConfig hardware = noise_free();
    export_chip(own, {architecture, parameters, hardware, chip, mapping});
    const auto images = drawn_images(architecture, 2);
    const Network network(architecture, {});
    std::vector<float> logits(static_cast<size_t>(2 * architecture.classes()));
    InferenceNetwork(network, parameters)
        .logits(network.digital_operands(parameters, false), images.data(), 2, RandomKey(0), logits.data());
    const Shape input = architecture.input();
    write_npz(std::filesystem::path(folder) / (name + ".npz"),
              {{"images", NpyArray::from(images, {2, input.height, input.width, input.channels})},
               {"logits", NpyArray::from(logits, {2, architecture.classes()})}});
  }
}

}  // namespace mho
