// SPDX-License-Identifier: Apache-2.0
// Loops over channels in vectors, shared by the kernels whose lanes are channels.
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

/// Calls body(first channel, count) for each vector of channels; count < kLanes only in the last.
template <class Body>
MHO_INLINE void for_channels(int channels, Body body) {
  int c = 0;
  for (; c + kLanes <= channels; c += kLanes) body(c, kLanes);
  if (c < channels) body(c, channels - c);
}
MHO_INLINE Vector load_count(const float* p, int count) {
  return count == kLanes ? load(p) : load_some(p, count);
}
MHO_INLINE void store_count(float* p, Vector v, int count) {
  if (count == kLanes)
    store(p, v);
  else
    store_some(p, v, count);
}

}  // namespace
}  // namespace mho
