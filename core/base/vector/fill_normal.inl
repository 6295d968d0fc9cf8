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
    const std::size_t size = count - start < 64 ? count - start : 64;
    const std::uint64_t first = (offset + start) / 4;
    for (int part = 0; part < 16; part += lane_count) {
      const Bits counter =
          lane_numbers() + static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(part));
      Bits bits[4];
      philox(key, counter, static_cast<std::uint32_t>(first >> 32), 0, bits);
      for (int half = 0; half < (size > 32 ? 2 : 1); ++half) {  // a tile's columns are often few
        Vector n[2];
        box_muller(bits[2 * half], bits[2 * half + 1], n[0], n[1]);
        store(block + half * 32 + part, n[0]);
        store(block + half * 32 + 16 + part, n[1]);
      }
    }
    __builtin_memcpy(values + start, block, size * sizeof(float));
  }
}

}  // namespace mho
