// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "core/nn/run/inference_network.hpp"
#include "evaluators/statistics.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// Keeps a layer's |inputs|; every k-th value once there are many, so that memory stays bounded.
constexpr size_t largest_pool = 1 << 18;

}  // namespace

void fix_input_ranges(const Network& network, Parameters& parameters, const HardwareConfig& hardware) {
  if (hardware.input_range.mode != InputRangeMode::fixed) return;
  for (size_t node = 0; node < parameters.size(); ++node)
    if (network.matrix(static_cast<int>(node)) && is_on_crossbar(network, static_cast<int>(node)))
      parameters[node].input_range = static_cast<float>(hardware.input_range.value);
}

void calibrate_input_ranges(const Network& network, Parameters& parameters, const Samples& samples, int count,
                            const HardwareConfig& hardware) {
  if (hardware.input_range.mode == InputRangeMode::fixed)
    return fix_input_ranges(network, parameters, hardware);
  const auto chosen = take_samples(samples, count);
  const auto& ops = network.plan().operations;
  std::vector<std::vector<float>> seen(parameters.size());
  // The plain network: converters and noise of the operands that are calibrated stay out of it.
  const Network plain(network.architecture(), {});
  InferenceNetwork inference(plain, parameters);
  const auto record = [&](int op, const float* values, int images) {
    for (const auto& reader : ops) {
      if (!network.matrix(reader.node) || reader.inputs[0] != op || !is_on_crossbar(network, reader.node))
        continue;
      auto& pool = seen[static_cast<size_t>(reader.node)];
      const std::int64_t size = images * ops[static_cast<size_t>(op)].shape.size();
      const std::int64_t step = 1 + chosen.count() * ops[static_cast<size_t>(op)].shape.size() /
                                        static_cast<std::int64_t>(largest_pool);
      for (std::int64_t i = 0; i < size; i += step) pool.push_back(std::abs(values[i]));
    }
  };
  inference.visit(plain.digital_operands(parameters, false), chosen.images.data(),
                  static_cast<int>(chosen.count()), RandomKey(0), record);
  for (size_t node = 0; node < parameters.size(); ++node) {
    if (!network.matrix(static_cast<int>(node)) || !is_on_crossbar(network, static_cast<int>(node))) continue;
    if (hardware.input_range.mode == InputRangeMode::learned && parameters[node].input_range > 0) continue;
    const float range = percentile(seen[node], hardware.input_percentile);
    parameters[node].input_range = range > 0 ? range : 1.0f;  // a layer that sees only zeros
  }
}

}  // namespace mho
