// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/faults.hpp"

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

/// Appends the stuck ones of `devices` devices. Draws the gaps between them, which are geometric, so the cost
/// is that of the faults and not that of the devices.
void draw_stuck(size_t devices, const FaultConfig& faults, const ConductanceRange& range, RandomKey key,
                std::vector<StuckDevice>& stuck) {
  const double rate = faults.stuck_at_reset_rate + faults.stuck_at_set_rate;
  if (rate == 0) return;
  Random random(key);
  const double log_working = std::log1p(-std::min(rate, 1.0));
  double device = 0;
  while (true) {
    device += std::floor(std::log1p(-random.uniform()) / log_working);
    if (!(device < static_cast<double>(devices))) return;
    const bool set = random.uniform() * rate < faults.stuck_at_set_rate;
    stuck.push_back({static_cast<size_t>(device), static_cast<float>(set ? range.max_us : range.min_us)});
    ++device;
  }
}

/// All devices of the dead columns, at 0 µS.
std::vector<StuckDevice> draw_dead_columns(const ConductanceTargets& targets, double rate, RandomKey key) {
  std::vector<StuckDevice> dead;
  if (rate == 0) return dead;
  Random random(key);
  for (const auto& tile : targets.tiles)
    for (int column = tile.column; column < tile.column + tile.columns; ++column) {
      if (!random.chance(rate)) continue;
      for (int row = tile.row; row < tile.row + tile.rows; ++row)
        dead.push_back(
            {static_cast<size_t>(row) * static_cast<size_t>(targets.columns) + static_cast<size_t>(column),
             0.0f});
    }
  return dead;
}

}  // namespace

std::vector<std::vector<StuckDevice>> draw_faults(const ConductanceTargets& targets,
                                                  const FaultConfig& faults, const ConductanceRange& range,
                                                  RandomKey key) {
  faults.check();
  const auto dead = draw_dead_columns(targets, faults.dead_column_rate, key.with("dead columns"));
  std::vector<std::vector<StuckDevice>> planes(targets.cell.planes.size(), dead);
  for (size_t p = 0; p < planes.size(); ++p) {
    auto& plane = planes[p];
    draw_stuck(targets.targets_us[p].size(), faults, range, key.with("stuck", p), plane);
    // Stable: of a device's two faults the dead column stays.
    std::stable_sort(plane.begin(), plane.end(),
                     [](const StuckDevice& a, const StuckDevice& b) { return a.device < b.device; });
    plane.erase(std::unique(plane.begin(), plane.end(),
                            [](const StuckDevice& a, const StuckDevice& b) { return a.device == b.device; }),
                plane.end());
  }
  return planes;
}

}  // namespace mho
