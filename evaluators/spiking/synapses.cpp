// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/synapses.hpp"

#include <algorithm>
#include <cmath>

#include "evaluators/spiking/device_synapses.hpp"

namespace mho {
namespace {

/// Digital weights on the grid that pulses of the device would give: steps add up and leave as whole ones.
class DigitalAccumulatorSynapses : public NumberSynapses {
 public:
  DigitalAccumulatorSynapses(const Synapses& shape, std::vector<float> initial, const SpikingConfig& config,
                             float step)
      : NumberSynapses(shape.rows(), shape.columns(), std::move(initial), config.weight_bound),
        sums_(held_.size()),
        step_(step),
        threshold_(static_cast<float>(config.write_threshold)) {}

  void learn(std::span<const float> gradient, double rate, RandomKey) override {
    for (std::size_t i = 0; i < held_.size(); ++i) {
      sums_[i] -= static_cast<float>(rate) * gradient[i];
      const float whole = whole_steps(sums_[i], step_, threshold_);
      sums_[i] -= whole * step_;
      held_[i] = std::clamp(held_[i] + whole * step_, -bound_, bound_);
    }
  }

 private:
  std::vector<float> sums_;
  float step_, threshold_;
};

}  // namespace

void Synapses::add_row(std::size_t row, RandomKey key, std::uint64_t spike, float* sums) const {
  const auto width = static_cast<std::size_t>(columns_);
  if (!held_.empty()) {
    const float* weights = held_.data() + row * width;
    for (std::size_t c = 0; c < width; ++c) sums[c] += weights[c];
    return;
  }
  thread_local std::vector<float> weights;  // for its memory
  weights.resize(width);
  read_row(row, key.with("spike", spike), weights);
  for (std::size_t c = 0; c < width; ++c) sums[c] += weights[c];
}

NumberSynapses::NumberSynapses(int rows, int columns, std::vector<float> weights, double bound)
    : Synapses(rows, columns), bound_(static_cast<float>(bound)) {
  held_ = std::move(weights);
}

void NumberSynapses::learn(std::span<const float> gradient, double rate, RandomKey) {
  const auto step = static_cast<float>(rate);
  for (std::size_t i = 0; i < held_.size(); ++i)
    held_[i] = std::clamp(held_[i] - step * gradient[i], -bound_, bound_);
}

float whole_steps(float sum, float step, float threshold) {
  return std::fabs(sum) < threshold * step ? 0.0f : std::trunc(sum / step);
}

std::unique_ptr<Synapses> make_synapses(const SpikingConfig& config, const DeviceModel& model, int rows,
                                        int columns, std::vector<float> initial, RandomKey key) {
  const auto bound = static_cast<float>(config.weight_bound);
  for (float& weight : initial) weight = std::clamp(weight, -bound, bound);
  if (config.on_devices())
    return make_device_synapses(config, model, NumberSynapses(rows, columns, std::move(initial)), key);
  NumberSynapses numbers(rows, columns, std::move(initial), config.weight_bound);
  if (config.scheme == WriteScheme::floating) return std::make_unique<NumberSynapses>(std::move(numbers));
  const auto range = model.range();
  const auto step = bound * static_cast<float>(model.pulse_step_us() / (range.max_us - range.min_us));
  auto grid = numbers.weights();
  for (float& weight : grid) weight = std::nearbyint(weight / step) * step;
  return std::make_unique<DigitalAccumulatorSynapses>(numbers, std::move(grid), config, step);
}

void SpikingWrites::add(const CrossbarMatrix& matrix) {
  const auto counters = matrix.counters();
  pulses += counters.pulses;
  events += counters.events;
  programmed += counters.programmed;
  for (std::size_t p = 0; p < matrix.targets().cell.planes.size(); ++p) {
    const auto& array = matrix.devices(p);
    devices += static_cast<std::int64_t>(array.size());
    for (const auto of_one : array.pulses_of()) most_pulses = std::max<std::int64_t>(most_pulses, of_one);
  }
}

}  // namespace mho
