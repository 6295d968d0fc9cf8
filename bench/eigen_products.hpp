// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mho {

/// A layer as im2col sees it; `patches` has room for one image's pixels x kernel * kernel * inputs.
struct PatchProduct {
  int images = 1;
  int height = 1;
  int width = 1;
  int inputs = 1;
  int outputs = 1;
  int kernel = 1;
  float* patches = nullptr;
};

/// im2col and Eigen's products, compiled for one instruction set. Plain pointers only: Eigen's types differ
/// between files with different flags.
struct EigenProducts {
  void (*forward)(const PatchProduct&, const float* x, const float* w, float* y);
  void (*backward_data)(const PatchProduct&, const float* dy, const float* w, float* dx);
  void (*backward_weights)(const PatchProduct&, const float* x, const float* dy, float* dw);
};

extern const EigenProducts eigen_engine_portable;
#if defined(__x86_64__)
extern const EigenProducts eigen_engine_avx2;
extern const EigenProducts eigen_engine_avx512;
#endif

}  // namespace mho
