// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_networks.hpp"

#include <fmt/format.h>

#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/graph/layer_stack.hpp"
#include "search/spaces/build_architecture.hpp"

namespace mho {
namespace {

BenchNetwork builtin(const std::string& name, int batch, bool training_only = false) {
  const auto task = published_task(name);
  return {fmt::format("{}-b{}", name, batch), make_builtin(name, task.input, task.classes), batch,
          training_only};
}

BenchNetwork on_chip(const std::string& name, int batch, bool training_only = true) {
  auto network = builtin(name, batch, training_only);
  network.on_chip = true;
  return network;
}

/// One second of sound as 49 steps of 32 numbers: the layer of kws_lstm alone, at other widths and batches.
BenchNetwork lstm(int units, int batch) {
  LayerStack stack;
  stack.add("lstm", Recurrent{.units = units}).add("last", Last{}).classify(12);
  return {fmt::format("lstm{}-b{}", units, batch), Architecture("lstm", {49, 1, 32}, stack.layers()), batch,
          true};
}

/// About 400 k weights: OC32-KS3|R2B1BW1|R1B2BW2|R1B1BW2 on images of CIFAR's shape.
BenchNetwork from_the_search_space() {
  const AnalogNasGenome genome{
      32, 3, {{2, 1, BlockType::B, 1}, {1, 2, BlockType::B, 2}, {1, 1, BlockType::B, 2}}};
  return {"analognas-b64", build_architecture(genome, {32, 32, 3}, 10), 64};
}

}  // namespace

std::vector<BenchNetwork> bench_networks() {
  return {builtin("resnet8", 64),
          builtin("resnet8", 16, true),
          builtin("resnet20", 128),
          builtin("ds_cnn", 100),
          builtin("kws_lstm", 64, true),
          lstm(64, 1),
          lstm(64, 16),
          lstm(256, 16),
          lstm(256, 64),
          on_chip("lenet5", 64, false),
          on_chip("lenet5", 1),
          builtin("mobilenet_v1_025", 32),
          on_chip("mlp", 64, false),
          on_chip("mlp", 10),
          on_chip("mlp", 1),
          from_the_search_space()};
}

}  // namespace mho
