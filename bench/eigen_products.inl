// SPDX-License-Identifier: Apache-2.0
// The includer names MHO_EIGEN_PRODUCTS and renames Eigen's namespace: otherwise the linker would keep one
// file's copy of each of Eigen's functions and use it for every instruction set.
#pragma once

#include <Eigen/Core>
#include <cstring>

#include "bench/eigen_products.hpp"

namespace mho {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Rows>;
using ConstMap = Eigen::Map<const Rows>;

/// Calls body(patch offset, image offset, floats) for the part of each kernel row that lies in the image, and
/// outside(patch offset, floats) for the rest.
template <class Inside, class Outside>
void for_patches(const PatchProduct& p, const Inside& inside, const Outside& outside) {
  const int border = p.kernel / 2, c = p.inputs;
  long to = 0;
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w)
      for (int a = h - border; a <= h + border; ++a, to += p.kernel * c) {
        const int left = w < border ? border - w : 0;
        const int right = w + border >= p.width ? w + border + 1 - p.width : 0;
        if (a < 0 || a >= p.height) {
          outside(to, p.kernel * c);
          continue;
        }
        if (left > 0) outside(to, left * c);
        inside(to + left * c, (long{a} * p.width + w - border + left) * c, (p.kernel - left - right) * c);
        if (right > 0) outside(to + (p.kernel - right) * c, right * c);
      }
}

void to_patches(const PatchProduct& p, const float* x) {
  for_patches(
      p,
      [&](long to, long from, int floats) {
        std::memcpy(p.patches + to, x + from, sizeof(float) * static_cast<unsigned>(floats));
      },
      [&](long to, int floats) {
        std::memset(p.patches + to, 0, sizeof(float) * static_cast<unsigned>(floats));
      });
}

void add_patches(const PatchProduct& p, float* dx) {
  for_patches(
      p,
      [&](long from, long to, int floats) {
        const float* patch = p.patches + from;
        float* image = dx + to;
#pragma GCC ivdep
        for (int i = 0; i < floats; ++i) image[i] += patch[i];
      },
      [](long, int) {});
}

/// Without a neighbourhood all images are one product; with one, an image's patches stay in the cache.
struct Blocks {
  explicit Blocks(const PatchProduct& p)
      : count(p.kernel == 1 ? 1 : p.images),
        pixels(p.height * p.width * (p.kernel == 1 ? p.images : 1)),
        rows(p.kernel * p.kernel * p.inputs) {}
  int count;
  int pixels;
  int rows;
};

void forward(const PatchProduct& p, const float* x, const float* w, float* y) {
  const Blocks b(p);
  for (int i = 0; i < b.count; ++i) {
    const float* in = x + long{i} * b.pixels * p.inputs;
    if (p.kernel > 1) to_patches(p, in);
    Map(y + long{i} * b.pixels * p.outputs, b.pixels, p.outputs).noalias() =
        ConstMap(p.kernel > 1 ? p.patches : in, b.pixels, b.rows) * ConstMap(w, b.rows, p.outputs);
  }
}

void backward_data(const PatchProduct& p, const float* dy, const float* w, float* dx) {
  const Blocks b(p);
  for (int i = 0; i < b.count; ++i) {
    float* out = dx + long{i} * b.pixels * p.inputs;
    Map(p.kernel > 1 ? p.patches : out, b.pixels, b.rows).noalias() =
        ConstMap(dy + long{i} * b.pixels * p.outputs, b.pixels, p.outputs) *
        ConstMap(w, b.rows, p.outputs).transpose();
    if (p.kernel == 1) continue;
    Map(out, b.pixels, p.inputs).setZero();
    add_patches(p, out);
  }
}

void backward_weights(const PatchProduct& p, const float* x, const float* dy, float* dw) {
  const Blocks b(p);
  Map gradient(dw, b.rows, p.outputs);
  gradient.setZero();
  for (int i = 0; i < b.count; ++i) {
    const float* in = x + long{i} * b.pixels * p.inputs;
    if (p.kernel > 1) to_patches(p, in);
    gradient.noalias() += ConstMap(p.kernel > 1 ? p.patches : in, b.pixels, b.rows).transpose() *
                          ConstMap(dy + long{i} * b.pixels * p.outputs, b.pixels, p.outputs);
  }
}

}  // namespace

const EigenProducts MHO_EIGEN_PRODUCTS{forward, backward_data, backward_weights};

}  // namespace mho
