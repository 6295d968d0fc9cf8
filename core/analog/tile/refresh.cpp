// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/refresh.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

std::vector<float> read_plane(const CrossbarMatrix& matrix, std::size_t plane, RandomKey key) {
  const auto& devices = matrix.devices(plane);
  std::vector<float> conductances_us(devices.size());
  for (std::size_t first = 0, block = 0; first < devices.size(); first += DeviceArray::block_devices, ++block)
    devices.read(block, 0, key,
                 std::span(conductances_us)
                     .subspan(first, std::min(DeviceArray::block_devices, devices.size() - first)));
  return conductances_us;
}

}  // namespace

void RefreshConfig::check() const {
  if (!(both >= 0 && both <= full && full <= 1))
    throw ConfigError(fmt::format(
        "refresh: expected 0 <= both <= full <= 1, parts of the range, got {} and {}", both, full));
}

std::size_t refresh_pairs(CrossbarMatrix& matrix, const RefreshConfig& config, RandomKey key) {
  config.check();
  const auto& cell = matrix.targets().cell;
  if (cell.planes.size() % 2 != 0)
    throw ConfigError("refresh: expected pairs of devices (hardware.mapping = \"pairs\"), got single ones");
  const double min_us = cell.range.min_us, span_us = cell.range.max_us - min_us;
  std::size_t refreshed = 0;
  for (std::size_t plus = 0; plus < cell.planes.size(); plus += 2) {
    const auto up = read_plane(matrix, plus, key), down = read_plane(matrix, plus + 1, key);
    std::vector<DeviceTarget> targets[2];
    for (std::size_t i = 0; i < up.size(); ++i) {
      const double larger = (std::max(up[i], down[i]) - min_us) / span_us;
      const double smaller = (std::min(up[i], down[i]) - min_us) / span_us;
      if (larger <= config.full || smaller <= config.both) continue;
      const double difference_us = double{up[i]} - down[i];
      for (const int side : {0, 1}) {
        const double share_us = std::clamp(side == 0 ? difference_us : -difference_us, 0.0, span_us);
        targets[side].push_back({static_cast<std::uint32_t>(i), static_cast<float>(min_us + share_us)});
      }
    }
    for (const std::size_t side : {0, 1})
      matrix.rewrite(plus + side, targets[side], key.with("refresh", plus));
    refreshed += targets[0].size();
  }
  return refreshed;
}

}  // namespace mho
