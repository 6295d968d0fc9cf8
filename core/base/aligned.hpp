// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace mho {

/// Memory that starts on a cache line.
template <class T>
struct CacheAligned {
  using value_type = T;
  CacheAligned() = default;
  template <class U>
  explicit CacheAligned(const CacheAligned<U>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete (memory, std::align_val_t{64}); }
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
