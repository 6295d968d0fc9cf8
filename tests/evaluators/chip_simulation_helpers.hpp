// SPDX-License-Identifier: Apache-2.0
// Networks on a simulated chip, and the engine that scores them, side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/chip_simulation.hpp"
#include "evaluators/scoring/programmed_network.hpp"
#include "evaluators/training/operands.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

inline HardwareConfig noise_free() {
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.output_noise = 0;
  return hardware;
}

inline std::vector<float> drawn_images(const Architecture& architecture, int count) {
  std::vector<float> images(static_cast<size_t>(count * architecture.input().size()));
  Random random(RandomKey(3).with("images"));
  for (float& value : images) value = static_cast<float>(random.normal());
  return images;
}

inline std::vector<float> engine_logits(const Architecture& architecture, const Parameters& parameters,
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

inline double spread(const std::vector<float>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - *low;
}

/// Sigmoid, tanh, leaky ReLU and clip behind convolutions that are cut over columns and rows, and before a
/// pooling.
inline Architecture activations() {
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
inline Architecture recurrent() {
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

inline void check_counts(const Cost& counted, const Cost& predicted) {
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
inline double rounding(const Architecture& architecture, const HardwareConfig& hardware) {
  const auto& nodes = architecture.nodes();
  const bool recurrent =
      std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.running.cell; });
  return needs_vector_path(hardware) || recurrent ? 1e-5 : 1e-6;
}

/// Exports, simulates and compares.
inline void check_simulation(const Architecture& architecture, const Parameters& parameters,
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
inline void check_builtin(const std::string& name, const MappingConfig& config, int images, int grid) {
  const Architecture architecture = builtin(name);
  HardwareConfig hardware = noise_free();
  hardware.row_split = config.row_split;
  check_simulation(architecture, drawn_parameters(architecture, 7), hardware, config, images,
                   small_chip(grid, grid, 256));
}

inline MappingConfig with(MappingObjective objective, PackingMode packing = PackingMode::time_shared,
                          RowSplit row_split = RowSplit::dense) {
  MappingConfig config;
  config.row_split = row_split;
  config.objective = objective;
  config.packing = packing;
  return config;
}

}  // namespace mho
