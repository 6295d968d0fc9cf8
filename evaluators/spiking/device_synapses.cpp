// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/device_synapses.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/tile/refresh.hpp"

namespace mho {
namespace {

DevicePulses pulses_on(std::size_t weight, float count) {
  return {static_cast<std::uint32_t>(weight), static_cast<std::int32_t>(std::clamp(count, -1e4f, 1e4f))};
}

/// One pulse where the gradient is large, whatever it is worth.
class SignSynapses : public DeviceSynapses {
 public:
  using DeviceSynapses::DeviceSynapses;

 protected:
  void move(std::span<const float> gradient, double rate, RandomKey key) override {
    const auto threshold = static_cast<float>(config_.sign_threshold);
    std::vector<DevicePulses> pulses;
    for (std::size_t i = 0; rate > 0 && i < gradient.size(); ++i)
      if (std::fabs(gradient[i]) > threshold) pulses.push_back(pulses_on(i, gradient[i] > 0 ? -1.0f : 1.0f));
    matrix_.move(pulses, key);
  }
};

/// One pulse with the probability that makes the mean right, at most 1.
class StochasticSynapses : public DeviceSynapses {
 public:
  using DeviceSynapses::DeviceSynapses;

 protected:
  void move(std::span<const float> gradient, double rate, RandomKey key) override {
    std::vector<float> luck(gradient.size());
    fill_centred_uniform(key.with("luck"), luck);
    std::vector<DevicePulses> pulses;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const float steps = -static_cast<float>(rate) * gradient[i] / step(i);
      if (std::fabs(steps) > luck[i] + 0.5f) pulses.push_back(pulses_on(i, steps > 0 ? 1.0f : -1.0f));
    }
    matrix_.move(pulses, key);
  }
};

/// Whole pulses of every step by itself, N times as fine because N pairs add up; they take turns, a counter
/// for either direction of every weight (Boybat et al., Nature Communications 9, 2514, 2018). What is less
/// than a pulse is lost.
class MultiMemorySynapses : public DeviceSynapses {
 public:
  MultiMemorySynapses(const SpikingConfig& config, const DeviceModel& model, const Synapses& initial,
                      RandomKey key)
      : DeviceSynapses(config, model, initial, key), turns_(2 * initial.weights().size()) {}

 protected:
  void move(std::span<const float> gradient, double rate, RandomKey key) override {
    std::vector<std::vector<DevicePulses>> pulses(matrix_.targets().cell.planes.size());
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const float whole = whole_steps(-static_cast<float>(rate) * gradient[i], step(i), 1);
      if (whole != 0) share(pulses_on(i, whole), pulses);
    }
    for (std::size_t plane = 0; plane < pulses.size(); ++plane) matrix_.pulse(plane, pulses[plane], key);
  }

 private:
  void share(DevicePulses wanted, std::vector<std::vector<DevicePulses>>& pulses) {
    const std::size_t side = wanted.count < 0 ? 1 : 0, pairs = pulses.size() / 2;
    auto& turn = turns_[2 * wanted.device + side];
    std::array<std::int32_t, 64> counts{};  // memories are at most 64
    for (std::int32_t left = std::abs(wanted.count); left > 0; --left) ++counts[turn++ % pairs];
    for (std::size_t pair = 0; pair < pairs; ++pair)
      if (counts[pair] > 0) pulses[2 * pair + side].push_back({wanted.device, counts[pair]});
  }

  std::vector<std::uint32_t> turns_;
};

/// Steps add up in digital; whole pulses of them leave the sum, and the remainder stays (Nandakumar et al.,
/// Frontiers in Neuroscience 14, 406, 2020).
class MixedPrecisionSynapses : public DeviceSynapses {
 public:
  MixedPrecisionSynapses(const SpikingConfig& config, const DeviceModel& model, const Synapses& initial,
                         RandomKey key)
      : DeviceSynapses(config, model, initial, key), sums_(initial.weights().size()) {}

 protected:
  void move(std::span<const float> gradient, double rate, RandomKey key) override {
    const auto threshold = static_cast<float>(config_.write_threshold);
    std::vector<DevicePulses> pulses;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      sums_[i] -= static_cast<float>(rate) * gradient[i];
      const float whole = whole_steps(sums_[i], step(i), threshold);
      if (whole == 0) continue;
      pulses.push_back(pulses_on(i, whole));
      sums_[i] -= whole * step(i);
    }
    matrix_.move(pulses, key);
  }

 private:
  std::vector<float> sums_;  ///< chi
};

}  // namespace

CrossbarMatrix program_synapses(const SpikingConfig& config, const DeviceModel& model,
                                const Synapses& weights, const std::vector<float>& bounds, RandomKey key) {
  auto hardware = spiking_hardware(config);
  hardware.crossbar_rows = weights.rows();
  hardware.crossbar_columns = weights.columns();
  return CrossbarMatrix(map_to_conductances(weights.weights(), weights.rows(), weights.columns(), hardware,
                                            model.range(), bounds),
                        hardware, model, key);
}

std::vector<float> weights_of(const MatrixRead& read, int columns) {
  auto weights = read.conductances;
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] *= read.output_scales[i % static_cast<std::size_t>(columns)];
  return weights;
}

DeviceSynapses::DeviceSynapses(const SpikingConfig& config, const DeviceModel& model, const Synapses& initial,
                               RandomKey key)
    : Synapses(initial.rows(), initial.columns()),
      config_(config),
      matrix_(program_synapses(config, model, initial,
                               std::vector<float>(static_cast<std::size_t>(initial.columns()),
                                                  static_cast<float>(config.weight_bound)),
                               key)) {}

void DeviceSynapses::begin_update(RandomKey key) {
  if (config_.fresh_reads) return;
  held_ = weights_of(matrix_.read_uncompensated(0, key), columns());
}

void DeviceSynapses::read_row(std::size_t row, RandomKey key, std::span<float> weights) const {
  matrix_.read_row(static_cast<int>(row), key, weights);
}

void DeviceSynapses::learn(std::span<const float> gradient, double rate, RandomKey key) {
  move(gradient, rate, key);
  if (++updates_ % config_.refresh_every == 0)
    refresh_pairs(matrix_, {.full = config_.refresh_level}, key.with("refresh"));
}

std::unique_ptr<Synapses> make_device_synapses(const SpikingConfig& config, const DeviceModel& model,
                                               const Synapses& initial, RandomKey key) {
  switch (config.scheme) {
    case WriteScheme::sign:
      return std::make_unique<SignSynapses>(config, model, initial, key);
    case WriteScheme::stochastic:
      return std::make_unique<StochasticSynapses>(config, model, initial, key);
    case WriteScheme::multi_memory:
      return std::make_unique<MultiMemorySynapses>(config, model, initial, key);
    default:
      return std::make_unique<MixedPrecisionSynapses>(config, model, initial, key);
  }
}

}  // namespace mho
