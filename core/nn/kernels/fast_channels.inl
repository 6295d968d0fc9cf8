// SPDX-License-Identifier: Apache-2.0
// Loops over channels in vectors, shared by the kernels whose lanes are channels.
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

/// Calls body(first channel, count) for each vector of channels; count < lane_count only in the last.
template <class Body>
MHO_INLINE void for_channels(int channels, Body body) {
  int c = 0;
  for (; c + lane_count <= channels; c += lane_count) body(c, lane_count);
  if (c < channels) body(c, channels - c);
}
/// As for_channels, but calls body(first channel, Vectors<B>{}, count) for B vectors at once where as many
/// are left: a pixel's channels are read in one go, in the order of memory. All B vectors are full where B
/// > 1.
template <int B>
struct Vectors {
  static constexpr int count = B;
};
#if defined(__AVX512F__)
constexpr int most_vectors = 4;
#else
constexpr int most_vectors = 2;  // of 16 registers
#endif
template <class Body>
MHO_INLINE void for_channel_blocks(int channels, Body body) {
  int c = 0;
  for (; c + most_vectors * lane_count <= channels; c += most_vectors * lane_count)
    body(c, Vectors<most_vectors>{}, lane_count);
  if (most_vectors > 2 && c + 2 * lane_count <= channels) {
    body(c, Vectors<2>{}, lane_count);
    c += 2 * lane_count;
  }
  if (c + lane_count <= channels) {
    body(c, Vectors<1>{}, lane_count);
    c += lane_count;
  }
  if (c < channels) body(c, Vectors<1>{}, channels - c);
}
/// Calls body(pixel, which of U sums) so that neighbouring pixels add to different sums: one sum would wait
/// for its own additions.
template <int U, class Body>
MHO_INLINE void for_pixels_in_turn(int pixels, Body body) {
  int p = 0;
  for (; p + U <= pixels; p += U)
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u) body(p + u, u);
  for (; p < pixels; ++p) body(p, 0);
}
MHO_INLINE Vector load_count(const float* p, int count) {
  return count == lane_count ? load(p) : load_some(p, count);
}
MHO_INLINE void store_count(float* p, Vector v, int count) {
  if (count == lane_count)
    store(p, v);
  else
    store_some(p, v, count);
}

}  // namespace
}  // namespace mho
