// SPDX-License-Identifier: Apache-2.0
// Depthwise, elementwise and pooling kernels of core/nn/kernels/kernels.hpp, and transposition.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

TEST_CASE("depthwise kernels agree with the reference") {
  const int channels = GENERATE(1, 7, 16, 33), stride = GENERATE(1, 2), kernel = GENERATE(1, 3, 5);
  const int width = GENERATE(1, 5, 12);
  const Depthwise d{4, width, channels, (width - 1) * stride + kernel, kernel, kernel, stride, stride};
  const auto padded = static_cast<size_t>((3 * stride + kernel) * d.padded_width * channels);
  const auto out = static_cast<size_t>(4 * width * channels),
             taps = static_cast<size_t>(kernel * kernel * channels);
  const auto x = normals(padded, 1), w = normals(taps, 2), dy = normals(out, 3);
  FloatBuffer y(out + kernel_slack()), dx(padded + kernel_slack()), dw(taps + kernel_slack());
  reference_kernels().depthwise(d, x.data(), w.data(), y.data());
  reference_kernels().depthwise_backward(d, dy.data(), w.data(), dx.data());
  reference_kernels().depthwise_gradient(d, x.data(), dy.data(), dw.data());
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer y2(y.size()), dx2(dx.size()), dw2(dw.size());
    set->depthwise(d, x.data(), w.data(), y2.data());
    set->depthwise_backward(d, dy.data(), w.data(), dx2.data());
    set->depthwise_gradient(d, x.data(), dy.data(), dw2.data());
    check_close(y2, y, y.size(), 1e-4);
    check_close(dx2, dx, dx.size(), 1e-4);
    check_close(dw2, dw, dw.size(), 1e-3);
  }
}

TEST_CASE("elementwise kernels agree with the reference") {
  const int pixels = 9, channels = GENERATE(1, 4, 15, 16, 50);
  const auto count = static_cast<size_t>(pixels * channels);
  const auto y = normals(count, 1), a = normals(64, 2), b = normals(64, 3), c = normals(64, 4),
             dz = normals(count, 5);
  const bool relu = GENERATE(false, true);
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  const auto& truth = reference_kernels();
  FloatBuffer z(y.size()), sums(96), squares(96), masked = dz, s1(96), s2(96), dy(y.size()), q(y.size());
  truth.affine(y.data(), pixels, channels, a.data(), b.data(), dz.data(), floor, z.data());
  truth.channel_sums(y.data(), pixels, channels, sums.data(), squares.data());
  truth.affine_backward_sums(masked.data(), z.data(), y.data(), pixels, channels, floor, s1.data(),
                             s2.data());
  truth.affine_backward(dz.data(), y.data(), pixels, channels, a.data(), b.data(), c.data(), dy.data());
  truth.quantise(y.data(), count, 1.7f, 127, q.data());
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer z_(y.size()), sums_(96), squares_(96), masked_ = dz, s1_(96), s2_(96), dy_(y.size()),
                                                       q_(y.size());
    set->affine(y.data(), pixels, channels, a.data(), b.data(), dz.data(), floor, z_.data());
    set->channel_sums(y.data(), pixels, channels, sums_.data(), squares_.data());
    set->affine_backward_sums(masked_.data(), z.data(), y.data(), pixels, channels, floor, s1_.data(),
                              s2_.data());
    set->affine_backward(dz.data(), y.data(), pixels, channels, a.data(), b.data(), c.data(), dy_.data());
    set->quantise(y.data(), count, 1.7f, 127, q_.data());
    check_close(z_, z, count, 1e-5);
    check_close(sums_, sums, 64, 1e-4);
    check_close(squares_, squares, 64, 1e-4);
    check_close(masked_, masked, count, 1e-6);
    check_close(s1_, s1, 64, 1e-4);
    check_close(s2_, s2, 64, 1e-4);
    check_close(dy_, dy, count, 1e-5);
    check_close(q_, q, count, 1.01 / 127);  // a value on a border may round either way
  }
}

TEST_CASE("addition, ReLU and its gradient agree with the reference") {
  const size_t count = GENERATE(1, 15, 16, 100);
  const auto x = normals(count, 1), y = normals(count, 2), dy = normals(count, 3);
  const auto& truth = reference_kernels();
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer a = y, b = y;
    truth.add(x.data(), count, a.data());
    set->add(x.data(), count, b.data());
    CHECK(a == b);
    truth.relu(x.data(), count, a.data());
    set->relu(x.data(), count, b.data());
    CHECK(a == b);
    for (const bool accumulate : {true, false}) {
      truth.relu_backward(x.data(), dy.data(), count, accumulate, a.data());
      set->relu_backward(x.data(), dy.data(), count, accumulate, b.data());
      CHECK(a == b);
    }
  }
}

TEST_CASE("transposition agrees with the reference and leaves the rest alone") {
  const int rows = GENERATE(1, 16, 37), columns = GENERATE(1, 10, 48);
  const bool scaled = GENERATE(false, true);
  const auto from = normals(static_cast<size_t>(rows * 64), 1), scale = normals(64, 2);
  const float* factors = scaled ? scale.data() : nullptr;
  const auto before = normals(static_cast<size_t>(64 * 48), 3);
  FloatBuffer wanted = before;
  reference_kernels().transpose(from.data(), 64, rows, columns, factors, 0.5f, wanted.data(), 48);
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer got = before;
    set->transpose(from.data(), 64, rows, columns, factors, 0.5f, got.data(), 48);
    check_close(got, wanted, got.size(), 1e-6);
  }
}

TEST_CASE("max pooling of few channels agrees with the reference over wide images, ties included") {
  const int channels = GENERATE(1, 2, 3, 6, 7, 15), width = GENERATE(1, 14, 16, 37);
  const Pooling p{
      .input_height = 4, .input_width = 2 * width, .height = 2, .width = width, .channels = channels};
  const auto in = static_cast<size_t>(4 * 2 * width * channels), out = in / 4;
  auto x = normals(in, 1);
  for (auto& v : x) v = std::max(0.0f, std::round(v * 2) / 2);  // ties, as after a ReLU
  const auto dy = normals(out, 2), before = normals(in, 3);
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer y(out + kernel_slack()), y2(y.size()), dx = before, dx2 = before;
    reference_kernels().max_pool(p, x.data(), y.data());
    set->max_pool(p, x.data(), y2.data());
    CHECK(y == y2);
    reference_kernels().max_pool_backward(p, x.data(), y.data(), dy.data(), false, dx.data());
    set->max_pool_backward(p, x.data(), y.data(), dy.data(), false, dx2.data());
    CHECK(dx == dx2);  // what lies behind the image, too
  }
}

TEST_CASE("pooling agrees with the reference, borders and ties included") {
  const int input_height = GENERATE(7, 8);  // 8 x 6 is tiled by windows of 2 x 2
  const int channels = GENERATE(1, 6, 16, 20), kernel = GENERATE(2, 3), stride = GENERATE(1, 2),
            border = GENERATE(0, 1);
  const bool accumulate = GENERATE(true, false);
  const Pooling p{.input_height = input_height,
                  .input_width = 6,
                  .height = (input_height + 2 * border - kernel) / stride + 1,
                  .width = (6 + 2 * border - kernel) / stride + 1,
                  .channels = channels,
                  .kernel_height = kernel,
                  .kernel_width = kernel,
                  .stride_height = stride,
                  .stride_width = stride,
                  .top = border,
                  .left = border};
  const auto in = static_cast<size_t>(input_height * 6 * channels),
             out = static_cast<size_t>(p.height * p.width * channels);
  auto x = normals(in, 1);
  for (auto& v : x) v = std::round(v * 2) / 2;  // ties
  const auto dy = normals(out, 2), before = normals(in, 3);
  const auto& truth = reference_kernels();
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    FloatBuffer y(out + kernel_slack()), y2(y.size()), dx = before, dx2 = before;
    truth.max_pool(p, x.data(), y.data());
    set->max_pool(p, x.data(), y2.data());
    CHECK(y == y2);
    truth.max_pool_backward(p, x.data(), y.data(), dy.data(), accumulate, dx.data());
    set->max_pool_backward(p, x.data(), y.data(), dy.data(), accumulate, dx2.data());
    check_close(dx2, dx, in, 1e-5);
    truth.average_pool(p, x.data(), y.data());
    set->average_pool(p, x.data(), y2.data());
    check_close(y2, y, out, 1e-6);
    truth.average_pool_backward(p, dy.data(), accumulate, dx.data());
    set->average_pool_backward(p, dy.data(), accumulate, dx2.data());
    check_close(dx2, dx, in, 1e-5);
  }
}
