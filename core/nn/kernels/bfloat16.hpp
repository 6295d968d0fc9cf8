// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// What a batch norm keeps of a training step from one pass to the next, as bfloat16: its input and, where
/// not null, the gradient of its output; [pixels][channels].
struct KeptHalves {
  const std::uint16_t* y = nullptr;
  std::uint16_t* dz = nullptr;
  int pixels = 1;
  int channels = 1;
};

/// The rows of a matrix under noise, in pairs: x[i] = from[i * columns + c] * scale[c] + deviation * normal;
/// pairs[(pair_runs[r].row + j / 2) * row + c] = the pair x[runs[r].row + j], x[.. + j + 1], times 1 /
/// divisor, for even j below the run's length (zeros behind an odd one). Where `to` is not null, to[i * row +
/// c] = x[i]. The normals depend on (key, stream, r, j, c) only; deviation 0 draws none.
struct NoisyPairs {
  const float* from = nullptr;
  const float* scale = nullptr;  ///< one a column
  float deviation = 0;
  float divisor = 1;
  const RowRun* runs = nullptr;
  const RowRun* pair_runs = nullptr;
  int run_count = 0;
  int columns = 1;
  int row = 0;  ///< floats from one row of pairs, or of `to`, to the next
  float* to = nullptr;
  float* pairs = nullptr;
  std::uint64_t key = 0;
  std::uint32_t stream = 0;
};

/// Products of bfloat16 numbers, float32 sums. A slot of four bytes holds two numbers, the first in its lower
/// half, and one step of a sum is VDPBF16PS: sum = sum + x1 w1, rounded, then sum = sum + x0 w0, rounded
/// (products of two bfloat16 are exact in float32). Numbers are rounded to the nearest, ties to even. All
/// sets follow this order, so that they give the same bits, but for what is drawn (noise differs between
/// sets, as in Kernels) and for results below 2^-126, which the processor's instruction takes for zero.
///
/// A DAC of at most 9 bits gives whole numbers that bfloat16 holds exactly. AMX tiles (TDPBF16PS) would be
/// one more set behind this seam: they take the same pairs.
struct Bfloat16Kernels {
  const char* name;
  /// As Kernels::product, but x counts in bfloat16 elements (x points at them), runs count in pairs of rows,
  /// and each slot of w holds two rows of its column.
  void (*product)(const MatrixProduct&);
  /// As Kernels::gradient without planes; each slot of x and of g holds the numbers of two images.
  void (*gradient)(const MatrixGradient&);
  /// y[i] = x[i] as bfloat16.
  void (*round)(const float* x, std::size_t count, std::uint16_t* y);
  /// y[i] = clip(round(x[i] * levels / range)), a whole number, as bfloat16 (exact up to 256 levels).
  void (*quantise_levels)(const float* x, std::size_t count, float range, float levels, std::uint16_t* y);
  /// slots[i] = the pair first[i] and second[i], times 1 / divisor; zeros for a second that is null.
  void (*round_pairs)(const float* first, const float* second, std::size_t count, float divisor,
                      float* slots);
  /// The same of quantise_levels.
  void (*quantise_pairs)(const float* first, const float* second, std::size_t count, float range,
                         float levels, float* slots);

  void (*noisy_pairs)(const NoisyPairs&);

  // The passes of a batch norm, each as its namesake in Kernels. Sums are of the numbers as they are kept;
  // like those of Kernels they may differ between sets in the last bits.
  /// kept = y as bfloat16, and its channel_sums.
  void (*keep_sums)(const float* y, std::uint16_t* kept, int pixels, int channels, float* sums,
                    float* squares);
  void (*affine)(const KeptHalves&, const float* scale, const float* shift, const float* residual,
                 float floor, float* z);
  /// Masks dz where it is, and keeps it in halves where there is a place.
  void (*affine_backward_sums)(const KeptHalves&, float* dz, const float* z, float floor, float* sums,
                               float* products);
  /// dz is read where it is not kept in halves.
  void (*affine_backward)(const KeptHalves&, const float* dz, const float* a, const float* b, const float* c,
                          float* dy);
};

/// Whether the chosen instruction set (core/base/vector/instruction_set.hpp) multiplies bfloat16 itself.
bool has_bfloat16();
/// The set of the chosen instruction set: plain vectors stand in for the instruction where it is not, at a
/// fraction of float32's speed.
const Bfloat16Kernels& bfloat16_kernels();
const Bfloat16Kernels& reference_bfloat16_kernels();
/// All sets that run here, the reference first.
struct Bfloat16KernelList {
  const Bfloat16Kernels* sets[4];
  int count;
};
Bfloat16KernelList available_bfloat16_kernels();

}  // namespace mho
