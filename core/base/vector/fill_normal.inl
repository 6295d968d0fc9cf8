// SPDX-License-Identifier: Apache-2.0
// MHO_FILL_NORMAL is the name that the including file gives the function.
#include "core/base/vector/vector.inl"

namespace mho {

void MHO_FILL_NORMAL(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count);

/// Blocks of 64 numbers whatever the vector length: number (block, quarter q of 4, lane l of 16) is normal q
/// of counter 16 * block + l.
void MHO_FILL_NORMAL(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count) {
  for (std::size_t start = 0; start < count; start += 64) {
    float block[64];
    const std::uint64_t first = (offset + start) / 4;
    for (int part = 0; part < 16; part += lane_count) {
      Vector n[4];
      const Bits counter =
          lane_numbers() + static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(part));
      normals(key, counter, static_cast<std::uint32_t>(first >> 32), 0, n);
      for (int q = 0; q < 4; ++q) store(block + q * 16 + part, n[q]);
    }
    const std::size_t size = count - start < 64 ? count - start : 64;
    __builtin_memcpy(values + start, block, size * sizeof(float));
  }
}

}  // namespace mho
