// SPDX-License-Identifier: Apache-2.0
// Own vectors or Google Highway's? The hot tile on both, interleaved, thread CPU time; prints the figures of
// docs/decisions/0016-own-vectors.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <vector>

#include "bench/highway_tile.hpp"
#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"

namespace mho {
namespace {

constexpr int repeats = 400, samples = 201;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Operands {
  std::vector<float> x, w, y;
  std::vector<std::uint32_t> generator;

  explicit Operands(int rows)
      : x(size_t(HotTile::pixels) * rows), w(size_t(HotTile::columns) * rows),
        y(size_t(HotTile::pixels) * HotTile::columns), generator(64) {
    fill_normal(RandomKey(1).with("x"), x);
    fill_normal(RandomKey(1).with("w"), w);
    for (size_t i = 0; i < generator.size(); ++i) generator[i] = static_cast<std::uint32_t>(2654435761U * (i + 1));
  }
  HotTile tile(int rows, float noise) {
    return {.x = x.data(), .w = w.data(), .y = y.data(), .rows = rows, .noise = noise, .generator = generator.data()};
  }
};

double seconds_of(void (*product)(const HotTile&), const HotTile& tile) {
  const double begin = cpu_seconds();
  for (int i = 0; i < repeats; ++i) product(tile);
  return cpu_seconds() - begin;
}

void compare(int rows, float noise) {
  Operands own(rows), other(rows);
  const HotTile own_side = own.tile(rows, noise), other_side = other.tile(rows, noise);
  std::vector<double> ratios(samples);
  for (auto& ratio : ratios) {
    const double own_s = seconds_of(own_tile, own_side);
    ratio = seconds_of(highway_tile, other_side) / own_s;
  }
  double difference = 0;
  for (size_t i = 0; i < own.y.size(); ++i) difference = std::max<double>(difference, std::abs(own.y[i] - other.y[i]));
  std::ranges::sort(ratios);
  fmt::print("{:4} rows, {:8}: Highway takes {:.3f} [{:.3f}..{:.3f}] of our time, largest difference {:.1e}\n", rows,
             noise > 0 ? "noise" : "no noise", ratios[samples / 2], ratios[samples / 4], ratios[samples * 3 / 4],
             difference);
}

}  // namespace
}  // namespace mho

int main() {
  using namespace mho;
  if (instruction_set() != InstructionSet::avx512) {
    fmt::print("compared on AVX-512 only\n");
    return 0;
  }
  for (const int rows : {16, 144, 576})
    for (const float noise : {0.0F, 0.1F}) compare(rows, noise);
  return 0;
}
