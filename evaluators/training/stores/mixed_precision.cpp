// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/mixed_precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Mean steps of the device that the lowest bit of an accumulator stands for; 0: none.
double resolution_of(const OnChipConfig& config) {
  return config.accumulator_bits == 0 ? 0.0
                                      : std::ldexp(config.accumulator_range, 1 - config.accumulator_bits);
}

float round_to(float steps, float resolution) {
  return resolution > 0 ? std::nearbyint(steps / resolution) * resolution : steps;
}

constexpr int block_columns = 16;

/// Whether any sum has come to its threshold: mostly none of a block has, and this the compiler turns into
/// vector instructions.
bool any_due(const float* sums, const float* steps, int count, float threshold) {
  int due = 0;
  for (int i = 0; i < count; ++i) due |= int{!(std::fabs(sums[i]) < threshold * steps[i])};
  return due != 0;
}

}  // namespace

void check_accumulators(const OnChipConfig& config) {
  const double resolution = resolution_of(config);
  if (config.accumulator_bits == 0) return;
  if (config.write_threshold < resolution)
    throw ConfigError(
        fmt::format("training.write_threshold: expected at least the accumulator's resolution of {} steps "
                    "(accumulator_range {} in {} bits), got {}",
                    resolution, config.accumulator_range, config.accumulator_bits, config.write_threshold));
  if (config.write_threshold > config.accumulator_range)
    throw ConfigError(
        fmt::format("training.write_threshold: expected at most accumulator_range = {}, beyond which an "
                    "accumulator holds nothing, got {}",
                    config.accumulator_range, config.write_threshold));
}

Regime MixedPrecisionStore::regime() {
  return {.name = "mixed_precision",
          .help = "gradients add up in digital, and a device is written once they are worth a step of it",
          .on_chip = true,
          .check =
              [](const TrainingConfig& training, const HardwareConfig& hardware) {
                check_on_chip("mixed_precision", training, hardware);
                check_accumulators(training.on_chip);
              },
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<MixedPrecisionStore>(context, std::move(initial));
          }};
}

std::vector<DevicePulses> MixedPrecisionStore::write(std::size_t node, double, RandomKey key) {
  auto& matrix = layer(node)->matrix();
  const auto pulses = take_whole_steps(node);
  std::vector<float> before;
  if (context_.config.on_chip.verify_writes)
    for (const auto& p : pulses) before.push_back(matrix.written_conductance(p.device));
  matrix.move(pulses, key);
  if (context_.config.on_chip.verify_writes) give_back(node, pulses, before);
  return pulses;
}

/// Whole steps leave the sum, towards zero: the remainder stays. (Rounding down would write 11 times as much
/// on gradients of mean zero.)
std::vector<DevicePulses> MixedPrecisionStore::take_whole_steps(std::size_t node) {
  const auto& config = context_.config.on_chip;
  const auto threshold = static_cast<float>(config.write_threshold);
  const auto resolution = static_cast<float>(resolution_of(config));
  const auto& cut = layer(node)->layer().row_cut();
  const int columns = layer(node)->layer().columns();
  const float range = 2 * bound(node);
  std::vector<DevicePulses> pulses;
  float* sum = accumulator(node).data();
  for (int row = 0; row < cut.rows; ++row) {
    const int crossbar_row = cut.crossbar_row(row);
    const float* steps = layer(node)->matrix().pulse_weights().data() +
                         std::ptrdiff_t{crossbar_row / cut.split_rows} * columns;
    if (resolution > 0)
      for (int c = 0; c < columns; ++c) sum[c] = round_to(sum[c] / steps[c], resolution) * steps[c];
    for (int first = 0; first < columns; first += block_columns) {
      const int end = std::min(first + block_columns, columns);
      if (!any_due(sum + first, steps + first, end - first, threshold)) continue;
      for (int c = first; c < end; ++c) {
        if (!(std::fabs(sum[c]) >= threshold * steps[c])) continue;
        sum[c] = std::clamp(sum[c], -range, range);
        const float whole = std::trunc(sum[c] / steps[c]);
        if (whole == 0) continue;
        pulses.push_back(
            {static_cast<std::uint32_t>(crossbar_row * columns + c), static_cast<std::int32_t>(whole)});
        sum[c] -= whole * steps[c];
      }
    }
    sum += columns;
  }
  return pulses;
}

void MixedPrecisionStore::give_back(std::size_t node, const std::vector<DevicePulses>& asked,
                                    const std::vector<float>& before) {
  const auto& matrix = layer(node)->matrix();
  const auto& cut = layer(node)->layer().row_cut();
  const int columns = matrix.columns();
  for (size_t i = 0; i < asked.size(); ++i) {
    const int row = static_cast<int>(asked[i].device) / columns;
    const int column = static_cast<int>(asked[i].device) % columns;
    const auto scale = static_cast<size_t>(row / cut.split_rows * columns + column);
    const float moved =
        (matrix.written_conductance(asked[i].device) - before[i]) * matrix.targets().scales[scale];
    const float wanted = static_cast<float>(asked[i].count) * matrix.pulse_weights()[scale];
    accumulator(node)[static_cast<size_t>(cut.matrix_row(row) * columns + column)] += wanted - moved;
  }
}

}  // namespace mho
