// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/core_memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {

CoreMemories::CoreMemories(const Architecture& architecture, int cores, std::string folder)
    : nodes_(architecture.nodes()),
      folder_(std::move(folder)),
      cores_(cores),
      values_(nodes_.size() * (static_cast<size_t>(cores) + 1)) {}

FloatBuffer& CoreMemories::at(int core, int node) {
  return values_[static_cast<size_t>(node) * (static_cast<size_t>(cores_) + 1) +
                 static_cast<size_t>(core + 1)];
}
const FloatBuffer& CoreMemories::at(int core, int node) const {
  return values_[static_cast<size_t>(node) * (static_cast<size_t>(cores_) + 1) +
                 static_cast<size_t>(core + 1)];
}

const float* CoreMemories::find(int core, int node) const {
  return at(core, node).empty() ? nullptr : at(core, node).data();
}

float* CoreMemories::open(int core, int node) {
  FloatBuffer& values = at(core, node);
  if (values.empty())
    values.assign(static_cast<size_t>(nodes_[static_cast<size_t>(node)].shape.size()) + kernel_slack(),
                  std::numeric_limits<float>::quiet_NaN());
  return values.data();
}

const float* CoreMemories::require(int core, int node, const Range& channels, const Range& pixels) const {
  const float* values = find(core, node);
  if (values == nullptr) fail(core, node);
  const std::int64_t step = nodes_[static_cast<size_t>(node)].shape.channels;
  for (std::int64_t pixel = pixels.first; pixel < pixels.last(); ++pixel)
    for (std::int64_t channel = channels.first; channel < channels.last(); ++channel)
      if (std::isnan(values[pixel * step + channel])) fail(core, node);
  return values;
}

std::int64_t CoreMemories::move(int from, int to, const LinkPart& part) {
  const float* source = require(from, part.source, part.channels, part.pixels);
  float* target = open(to, part.source);
  const std::int64_t step = nodes_[static_cast<size_t>(part.source)].shape.channels;
  for (std::int64_t pixel = part.pixels.first; pixel < part.pixels.last(); ++pixel)
    std::copy_n(source + pixel * step + part.channels.first, part.channels.count,
                target + pixel * step + part.channels.first);
  return part.channels.count * part.pixels.count;
}

void CoreMemories::forget(int node) {
  for (int core = -1; core < cores_; ++core) at(core, node) = {};
}

void CoreMemories::fail(int core, int node) const {
  const auto reader = core == off_chip ? "the outside" : fmt::format("core {}", core);
  throw DataError(fmt::format(
      "{}: links.json, schedule.json: expected {} to make, or to be sent, all that it reads of layer '{}', "
      "found a part of it missing",
      folder_, reader, nodes_[static_cast<size_t>(node)].name));
}

}  // namespace mho
