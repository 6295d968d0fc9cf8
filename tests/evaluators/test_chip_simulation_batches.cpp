// SPDX-License-Identifier: Apache-2.0
// What a simulated chip says of an image depends on neither batches nor threads; and its exports, for other
// programs.
#include <cstdlib>

#include "core/base/files/npy.hpp"
#include "core/base/parallel.hpp"
#include "tests/evaluators/chip_simulation_helpers.hpp"

namespace mho {

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
  for (const double read_noise : {0.0, 0.02}) {  // fused products, and whole vectors
    HardwareConfig hardware;
    hardware.effects.read_weight_noise = read_noise;
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
  const HardwareConfig hardware;
  export_chip(folder.path(), {architecture, drawn_parameters(architecture, 7), hardware, chip,
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
