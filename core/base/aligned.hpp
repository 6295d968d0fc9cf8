// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace mho {

/// Memory that starts on a cache line; a large block starts on a huge page and asks the system for such
/// pages: a pass over a mini-batch would otherwise look up a page every 4 KiB.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory, std::size_t bytes);

template <class T>
struct CacheAligned {
  using value_type = T;
  CacheAligned() = default;
  template <class U>
  explicit CacheAligned(const CacheAligned<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_aligned(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) { free_aligned(memory, count * sizeof(T)); }
  template <class U>
  bool operator==(const CacheAligned<U>&) const {
    return true;
  }
};

/// Floats for kernels: cache-aligned. Allocate with kernel_slack() more than is used: vector loads may run
/// over.
using FloatBuffer = std::vector<float, CacheAligned<float>>;
inline constexpr std::size_t kernel_slack() { return 32; }

}  // namespace mho
