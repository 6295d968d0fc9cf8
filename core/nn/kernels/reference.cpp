// SPDX-License-Identifier: Apache-2.0
// The plain implementation of every kernel: what the fast ones are tested against. Sums in double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "core/nn/kernels/plain_output_stage.hpp"
#include "core/nn/kernels/reference_cells.hpp"

namespace mho {
namespace {

double column_sum(const MatrixProduct& m, const float* x, int column) {
  double sum = 0;
  for (int r = 0; r < m.run_count; ++r)
    for (int j = 0; j < m.runs[r].length; ++j)
      sum += double(x[m.runs[r].offset + j * m.x_step]) *
             m.w[std::ptrdiff_t(m.runs[r].row + j) * m.w_row + column];
  return sum;
}

void product(const MatrixProduct& m) {
  Random random(RandomKey(m.stage.key).with("output", m.stage.stream));
  for (int h = 0; h < m.height; ++h)
    for (int p = 0; p < m.width; ++p)
      for (int c = 0; c < m.columns; ++c) {
        float& y = m.y[h * m.y_row + p * m.y_pixel + c];
        const double normal = m.stage.noise > 0 ? random.normal() : 0;
        y = plain_output(m.stage, c, column_sum(m, m.x + h * m.x_row + p * m.x_pixel, c), normal, y);
      }
}

void gradient(const MatrixGradient& m) {
  for (int r = 0; r < m.run_count; ++r)
    for (int j = 0; j < m.runs[r].length; ++j)
      for (int c = 0; c < m.columns; ++c) {
        double sum = 0;
        for (int h = 0; h < m.height; ++h)
          for (int p = 0; p < m.width; ++p)
            sum += double(m.x[h * m.x_row + p * m.x_pixel + m.runs[r].offset + j]) *
                   m.g[h * m.g_row + p * m.g_pixel + c * m.g_step];
        float& w = m.w[std::ptrdiff_t(m.runs[r].row + j) * m.w_row + c];
        w = static_cast<float>((m.accumulate ? w : 0.0) + m.factor * sum);
      }
}

/// Calls body(output index, padded input index, weight index) for every multiply of a depthwise convolution.
template <class Body>
void for_each_tap(const Depthwise& d, Body body) {
  for (int h = 0; h < d.height; ++h)
    for (int p = 0; p < d.width; ++p)
      for (int a = 0; a < d.kernel_height; ++a)
        for (int b = 0; b < d.kernel_width; ++b)
          for (int c = 0; c < d.channels; ++c) {
            const int row = h * d.stride_height + a, column = p * d.stride_width + b;
            body((h * d.width + p) * d.channels + c, (row * d.padded_width + column) * d.channels + c,
                 (a * d.kernel_width + b) * d.channels + c);
          }
}

void depthwise(const Depthwise& d, const float* x, const float* w, float* y) {
  std::fill_n(y, std::ptrdiff_t(d.height) * d.width * d.channels, 0.0f);
  for_each_tap(d, [&](int out, int in, int tap) { y[out] += x[in] * w[tap]; });
}

void depthwise_backward(const Depthwise& d, const float* dy, const float* w, float* dx) {
  for_each_tap(d, [&](int out, int in, int tap) { dx[in] += dy[out] * w[tap]; });
}

void depthwise_gradient(const Depthwise& d, const float* x, const float* dy, float* dw) {
  for_each_tap(d, [&](int out, int in, int tap) { dw[tap] += dy[out] * x[in]; });
}

void quantise(const float* x, std::size_t count, float range, float levels, float* y) {
  for (std::size_t i = 0; i < count; ++i)
    y[i] = std::clamp(std::nearbyint(x[i] * (levels / range)), -levels, levels) * (1 / levels);
}

void channel_sums(const float* y, int pixels, int channels, float* sums, float* squares) {
  for (int c = 0; c < channels; ++c) {
    double sum = 0, square = 0;
    for (int p = 0; p < pixels; ++p) {
      const double v = y[std::ptrdiff_t(p) * channels + c];
      sum += v;
      square += v * v;
    }
    sums[c] += static_cast<float>(sum);
    squares[c] += static_cast<float>(square);
  }
}

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift,
            const float* residual, float floor, float* z) {
  for (int p = 0; p < pixels; ++p)
    for (int c = 0; c < channels; ++c) {
      const std::ptrdiff_t i = std::ptrdiff_t(p) * channels + c;
      z[i] = std::max(scale[c] * y[i] + shift[c] + (residual ? residual[i] : 0.0f), floor);
    }
}

void affine_backward_sums(float* dz, const float* z, const float* y, int pixels, int channels, float floor,
                          float* sums, float* products) {
  for (int c = 0; c < channels; ++c) {
    double sum = 0, product_sum = 0;
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = std::ptrdiff_t(p) * channels + c;
      if (z[i] <= floor) dz[i] = 0;
      sum += dz[i];
      product_sum += double(dz[i]) * y[i];
    }
    sums[c] += static_cast<float>(sum);
    products[c] += static_cast<float>(product_sum);
  }
}

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a,
                     const float* b, const float* c, float* dy) {
  for (int p = 0; p < pixels; ++p)
    for (int k = 0; k < channels; ++k) {
      const std::ptrdiff_t i = std::ptrdiff_t(p) * channels + k;
      dy[i] = a[k] * dz[i] + b[k] * y[i] + c[k];
    }
}

void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, const float* scale,
               float factor, float* to, std::ptrdiff_t to_row) {
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c)
      to[c * to_row + r] = from[r * from_row + c] * factor * (scale ? scale[c] : 1.0f);
}

void add(const float* x, std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] += x[i];
}

void relu(const float* x, std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] = std::max(x[i], 0.0f);
}

void relu_backward(const float* y, const float* dy, std::size_t count, bool accumulate, float* dx) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = (accumulate ? dx[i] : 0.0f) + (y[i] > 0 ? dy[i] : 0.0f);
}

/// Calls body(y's index, indices of x in its window) for every output of a pooling.
template <class Body>
void for_each_window(const Pooling& p, Body body) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w)
      for (int c = 0; c < p.channels; ++c) {
        std::vector<int> inside;
        for (int a = 0; a < p.kernel_height; ++a)
          for (int b = 0; b < p.kernel_width; ++b) {
            const int row = h * p.stride_height - p.top + a, column = w * p.stride_width - p.left + b;
            if (row >= 0 && row < p.input_height && column >= 0 && column < p.input_width)
              inside.push_back((row * p.input_width + column) * p.channels + c);
          }
        body((h * p.width + w) * p.channels + c, inside);
      }
}

void max_pool(const Pooling& p, const float* x, float* y) {
  for_each_window(p, [&](int out, const std::vector<int>& inside) {
    y[out] = x[inside.front()];
    for (const int in : inside) y[out] = std::max(y[out], x[in]);
  });
}

void start(const Pooling& p, bool accumulate, float* dx) {
  if (!accumulate) std::fill_n(dx, std::ptrdiff_t(p.input_height) * p.input_width * p.channels, 0.0f);
}

void max_pool_backward(const Pooling& p, const float* x, const float* y, const float* dy, bool accumulate,
                       float* dx) {
  start(p, accumulate, dx);
  for_each_window(p, [&](int out, const std::vector<int>& inside) {
    for (const int in : inside)
      if (x[in] == y[out]) {
        dx[in] += dy[out];
        break;
      }
  });
}

void average_pool(const Pooling& p, const float* x, float* y) {
  for_each_window(p, [&](int out, const std::vector<int>& inside) {
    double sum = 0;
    for (const int in : inside) sum += x[in];
    y[out] = static_cast<float>(sum / static_cast<double>(inside.size()));
  });
}

void average_pool_backward(const Pooling& p, const float* dy, bool accumulate, float* dx) {
  start(p, accumulate, dx);
  for_each_window(p, [&](int out, const std::vector<int>& inside) {
    for (const int in : inside) dx[in] += dy[out] / static_cast<float>(inside.size());
  });
}

void noisy_copy(const NoisyCopy& c) {
  Random random(RandomKey(c.key).with("weights", c.stream));
  for (int r = 0; r < c.rows; ++r)
    for (int k = 0; k < c.columns; ++k) {
      const double noise = c.deviation > 0 ? c.deviation * random.normal() : 0;
      c.to[std::ptrdiff_t(r) * c.to_row + k] =
          static_cast<float>(double(c.from[std::ptrdiff_t(r) * c.columns + k]) * c.scale[k] + noise);
    }
}

Moments moments(const float* x, std::size_t count) {
  Moments total;
  for (std::size_t i = 0; i < count; ++i) {
    total.sum += x[i];
    total.square += double(x[i]) * x[i];
  }
  return total;
}

Moments sgd(const SgdUpdate& u, const float* gradient, std::size_t count, float* values, float* velocity) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradient[i] + u.decay * values[i];
    velocity[i] = u.momentum * velocity[i] + g;
    values[i] -= u.rate * (g + u.momentum * velocity[i]);
  }
  return moments(values, count);
}

void clip(float limit, std::size_t count, float* values) {
  for (std::size_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], -limit, limit);
}

const Kernels plain_loops{"reference",
                          product,
                          gradient,
                          transpose,
                          depthwise,
                          depthwise_backward,
                          depthwise_gradient,
                          quantise,
                          channel_sums,
                          affine,
                          affine_backward_sums,
                          affine_backward,
                          add,
                          relu,
                          relu_backward,
                          max_pool,
                          max_pool_backward,
                          average_pool,
                          average_pool_backward,
                          noisy_copy,
                          sgd,
                          moments,
                          clip,
                          {plain_cells::lstm_forward, plain_cells::lstm_backward},
                          {plain_cells::gru_forward, plain_cells::gru_backward},
                          {plain_cells::rnn_forward, plain_cells::rnn_backward}};

}  // namespace

const Kernels& reference_kernels() { return plain_loops; }

}  // namespace mho
