// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/core_memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Calls body(first, count) for the numbers of an image that these channels of these pixels are, in pieces
/// that follow each other in memory.
template <class Body>
void for_pieces(const Range& channels, const Range& pixels, std::int64_t step, const Body& body) {
  if (channels.first == 0 && channels.count == step) {
    body(pixels.first * step, pixels.count * step);
    return;
  }
  for (std::int64_t pixel = pixels.first; pixel < pixels.last(); ++pixel)
    body(pixel * step + channels.first, channels.count);
}

}  // namespace

CoreMemories::CoreMemories(const Architecture& architecture, int cores, std::string folder, int most_images)
    : nodes_(architecture.nodes()),
      folder_(std::move(folder)),
      cores_(cores),
      memories_(nodes_.size() * (static_cast<size_t>(cores) + 1)) {
  std::int64_t largest = 0;
  for (const Node& node : nodes_) largest = std::max(largest, node.shape.size());
  floats_ = static_cast<size_t>(largest * most_images) + kernel_slack();
}

void CoreMemories::start(int images) {
  for (Memory& memory : memories_) give_back(memory);
  images_ = images;
}

void CoreMemories::give_back(Memory& memory) {
  if (memory.values.empty()) return;
  spare_.push_back(std::move(memory));
  memory = {};
}

CoreMemories::Memory& CoreMemories::at(int core, int node) {
  return memories_[static_cast<size_t>(node) * (static_cast<size_t>(cores_) + 1) +
                   static_cast<size_t>(core + 1)];
}
const CoreMemories::Memory& CoreMemories::at(int core, int node) const {
  return memories_[static_cast<size_t>(node) * (static_cast<size_t>(cores_) + 1) +
                   static_cast<size_t>(core + 1)];
}

const float* CoreMemories::find(int core, int node) const {
  return at(core, node).values.empty() ? nullptr : at(core, node).values.data();
}

CoreMemories::Memory& CoreMemories::open(int core, int node) {
  Memory& memory = at(core, node);
  if (!memory.values.empty()) return memory;
  if (!spare_.empty()) {
    memory = std::move(spare_.back());
    spare_.pop_back();
  } else {
    memory.values.resize(floats_);
  }
  memory.missing = size_of(node);
  return memory;
}

float* CoreMemories::make(int core, int node, const Range& channels, const Range& pixels) {
  Memory& memory = open(core, node);
  const std::int64_t size = size_of(node);
  if (channels.count * pixels.count == size) memory.missing = 0;
  if (memory.missing == 0) return memory.values.data();
  if (memory.missing == size) memory.has.assign(static_cast<size_t>(size), 0);
  for_pieces(channels, pixels, channels_of(node), [&](std::int64_t first, std::int64_t count) {
    const auto begin = memory.has.begin() + first;
    memory.missing -= std::count(begin, begin + count, std::uint8_t{0});
    std::fill_n(begin, count, std::uint8_t{1});
  });
  return memory.values.data();
}

const float* CoreMemories::require(int core, int node, const Range& channels, const Range& pixels) const {
  if (find(core, node) == nullptr) fail(core, node);
  if (!has_all(core, node))
    for_pieces(channels, pixels, channels_of(node),
               [&](std::int64_t first, std::int64_t count) { require_numbers(core, node, first, count); });
  return find(core, node);
}

const float* CoreMemories::require_numbers(int core, int node, std::int64_t first, std::int64_t count) const {
  const Memory& memory = at(core, node);
  if (memory.missing == 0) return memory.values.data();
  if (memory.values.empty() || std::memchr(memory.has.data() + first, 0, static_cast<size_t>(count)))
    fail(core, node);
  return memory.values.data();
}

std::int64_t CoreMemories::move(int from, int to, const LinkPart& part) {
  const float* source = require(from, part.source, part.channels, part.pixels);
  float* target = make(to, part.source, part.channels, part.pixels);
  for (int image = 0; image < images_; ++image) {
    const std::int64_t at = image * size_of(part.source);
    for_pieces(part.channels, part.pixels, channels_of(part.source),
               [&](std::int64_t first, std::int64_t count) {
                 std::copy_n(source + at + first, count, target + at + first);
               });
  }
  return part.channels.count * part.pixels.count;
}

void CoreMemories::forget(int node) {
  Memory* first = &at(off_chip, node);
  std::for_each(first, first + cores_ + 1, [this](Memory& memory) { give_back(memory); });
}

void CoreMemories::fail(int core, int node) const {
  const auto reader = core == off_chip ? "the outside" : fmt::format("core {}", core);
  throw DataError(fmt::format(
      "{}: links.json, schedule.json: expected {} to make, or to be sent, all that it reads of layer '{}', "
      "found a part of it missing",
      folder_, reader, nodes_[static_cast<size_t>(node)].name));
}

}  // namespace mho
