// SPDX-License-Identifier: Apache-2.0
// Products and weight gradients of core/nn/kernels/kernels.hpp.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

namespace {

/// Every set's weight gradient, written over or added to `before`, beside the reference's. Its padding may
/// differ.
void check_gradient(MatrixGradient m, const FloatBuffer& before, int rows, double tolerance) {
  FloatBuffer wanted = before;
  m.w = wanted.data();
  MatrixGradient plain = m;
  plain.lines = {};
  reference_kernels().gradient(plain);
  for (const auto* set : fast_sets()) {
    FloatBuffer got = before;
    m.w = got.data();
    set->gradient(m);
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < m.columns; ++c) {
        const auto k = static_cast<size_t>(r * m.w_row + c);
        if (std::abs(got[k] - wanted[k]) > tolerance)
          FAIL_CHECK(set->name << ": row " << r << " column " << c << " of " << m.columns);
      }
  }
}

}  // namespace

TEST_CASE("a matrix product agrees with the reference for every tile width, column count and stage") {
  const int width = GENERATE(1, 3, 5, 8, 12, 16, 17, 25, 33),
            columns = GENERATE(1, 6, 10, 16, 24, 32, 40, 64);
  const bool converted = GENERATE(false, true);
  const int channels = 5, height = 3, w_row = padded_columns(columns), rows = 2 * 3 * channels;
  const auto x = normals(static_cast<size_t>((height + 1) * (width + 2) * channels), 1);
  const auto w = normals(static_cast<size_t>(rows * w_row), 2), scale = normals(64, 3), bias = normals(64, 4);
  const auto before = normals(static_cast<size_t>(height * width * columns), 5);
  const RowRun runs[] = {{0, 0, 3 * channels}, {(width + 2) * channels, 3 * channels, 3 * channels}};
  MatrixProduct m;
  m.x = x.data();
  m.x_row = (width + 2) * channels;
  m.x_pixel = channels;
  m.runs = runs;
  m.run_count = 2;
  m.w = w.data();
  m.w_row = w_row;
  m.y_row = width * columns;
  m.y_pixel = columns;
  m.height = height;
  m.width = width;
  m.columns = columns;
  if (converted) {
    m.stage.adc_step = 0.25f;
    m.stage.adc_limit = 4.0f;
    m.stage.scale = scale.data();
    m.stage.bias = bias.data();
    m.stage.accumulate = true;
  }
  FloatBuffer wanted = before;
  m.y = wanted.data();
  reference_kernels().product(m);
  for (const auto* set : fast_sets()) {
    INFO(set->name << " width " << width << " columns " << columns);
    FloatBuffer got = before;
    m.y = got.data();
    set->product(m);
    // A sum next to a rounding border may land on either side: compare counts of exact agreement there.
    if (!converted)
      check_close(got, wanted, got.size(), 1e-4);
    else {
      size_t far = 0;
      const size_t count = static_cast<size_t>(height * width * columns);
      for (size_t i = 0; i < count; ++i) far += std::abs(got[i] - wanted[i]) > 1e-4;
      CHECK(far <= count / 500);
    }
    CHECK(std::equal(got.begin() + height * width * columns, got.end(),
                     before.begin() + height * width * columns));
  }
}

TEST_CASE("a product over planes agrees with the reference, pixels on lanes or not") {
  const int width = GENERATE(1, 5, 14, 16, 28, 40), columns = GENERATE(1, 2, 3, 4, 6, 8, 11),
            height = GENERATE(1, 2, 5);
  const bool converted = GENERATE(false, true);
  const int channels = 3, x_row = width + 2, plane = x_row * (height + 1), w_row = padded_columns(columns);
  const auto x = normals(static_cast<size_t>(plane * channels), 1);
  const auto w = normals(static_cast<size_t>(4 * channels * w_row), 2), scale = normals(64, 3),
             bias = normals(64, 4);
  const int y_pixel = 2 * columns;  // every other pixel, as a stride makes it
  const auto before = normals(static_cast<size_t>(height * width * y_pixel), 5);
  const RowRun runs[] = {{0, 0, channels}, {2, channels, channels}, {x_row + 1, 2 * channels, channels}};
  MatrixProduct m;
  m.x = x.data();
  m.x_row = x_row;
  m.x_pixel = 1;
  m.x_step = plane;
  m.runs = runs;
  m.run_count = 3;
  m.w = w.data();
  m.w_row = w_row;
  m.y_row = width * y_pixel;
  m.y_pixel = y_pixel;
  m.height = height;
  m.width = width;
  m.columns = columns;
  if (converted) {
    m.stage.adc_limit = 1.0f;
    m.stage.adc_step = 1.0f / 4096;  // clips, and rounds by less than the tolerance
    m.stage.scale = scale.data();
    m.stage.bias = bias.data();
    m.stage.accumulate = true;
  }
  FloatBuffer wanted = before;
  m.y = wanted.data();
  reference_kernels().product(m);
  for (const auto* set : fast_sets()) {
    INFO(set->name << " width " << width << " columns " << columns);
    FloatBuffer got = before;
    m.y = got.data();
    set->product(m);
    check_close(got, wanted, got.size(), converted ? 2e-3 : 1e-4);
  }
}

TEST_CASE("a weight gradient agrees with the reference") {
  const int columns = GENERATE(1, 6, 16, 20, 32, 48), length = GENERATE(1, 5, 12, 16, 27),
            w_row = padded_columns(columns);
  const bool accumulate = GENERATE(true, false);
  const int height = 4, width = 7;
  const auto x = normals(static_cast<size_t>(height * (width + length)), 1);
  const auto g = normals(static_cast<size_t>(height * width * columns), 2);
  const auto before = normals(static_cast<size_t>(length * w_row), 3);
  const RowRun run{0, 0, length};
  MatrixGradient m;
  m.x = x.data();
  m.x_row = width + length;
  m.x_pixel = 1;
  m.runs = &run;
  m.run_count = 1;
  m.g = g.data();
  m.g_row = width * columns;
  m.g_pixel = columns;
  m.w_row = w_row;
  m.height = height;
  m.width = width;
  m.columns = columns;
  m.factor = 1.5f;
  m.accumulate = accumulate;
  check_gradient(m, before, length, 1e-3);
}

TEST_CASE("a weight gradient from planes agrees with the reference") {
  const int columns = GENERATE(1, 2, 5, 6, 8, 11), length = GENERATE(1, 3, 5, 7);
  const int height = GENERATE(1, 3), width = GENERATE(4, 16, 37);
  const bool accumulate = GENERATE(true, false);
  const int x_row = width + length, plane = height * x_row;
  const auto x = normals(static_cast<size_t>(2 * height * x_row + length), 1);
  const auto g = normals(static_cast<size_t>(plane * columns), 2);
  const RowRun runs[] = {{0, 0, length}, {x_row, length, length}};
  const auto before = normals(static_cast<size_t>(2 * length * padded_columns(columns)), 3);
  MatrixGradient m;
  m.x = x.data();
  m.x_row = m.g_row = x_row;
  m.x_pixel = m.g_pixel = 1;
  m.runs = runs;
  m.run_count = 2;
  m.g = g.data();
  m.g_step = plane;
  m.w_row = padded_columns(columns);
  m.height = height;
  m.width = width;
  m.columns = columns;
  m.factor = 0.5f;
  m.accumulate = accumulate;
  check_gradient(m, before, 2 * length, 1e-4);
}

TEST_CASE("leaving out an image's zero border changes no product and no gradient") {
  const int channels = GENERATE(1, 3), columns = GENERATE(2, 6, 20), stride = GENERATE(1, 2);
  const int top = GENERATE(0, 1, 3), inside = GENERATE(2, 5), kernel = 4, height = 5, width = 18;
  const bool planes = GENERATE(false, true);
  const int x_row = (width + kernel) * channels, plane_rows = (height - 1) * stride + kernel;
  FloatBuffer x = normals(static_cast<size_t>(plane_rows * x_row), 1);
  for (int row = 0; row < plane_rows; ++row)
    if (row < top || row >= top + inside) std::fill_n(x.begin() + row * x_row, x_row, 0.0f);
  std::vector<RowRun> runs;
  for (int a = 0; a < kernel; ++a) runs.push_back({a * x_row, a * kernel * channels, kernel * channels, a});
  const int rows = kernel * kernel * channels, w_row = padded_columns(columns);
  const auto w = normals(static_cast<size_t>(rows * w_row), 2);
  const auto g = normals(static_cast<size_t>(height * width * columns), 3);
  MatrixProduct m;
  m.x_row = stride * x_row;
  m.x_pixel = planes ? 1 : channels;  // pixels on lanes
  m.x = x.data();
  m.runs = runs.data();
  m.run_count = kernel;
  m.w = w.data();
  m.w_row = w_row;
  m.y_row = width * columns;
  m.y_pixel = columns;
  m.height = height;
  m.width = width;
  m.columns = columns;
  MatrixGradient gradient;
  gradient.x = m.x;
  gradient.x_row = m.x_row;
  gradient.x_pixel = channels;
  gradient.runs = m.runs;
  gradient.run_count = kernel;
  gradient.g = g.data();
  gradient.g_row = width * columns;
  gradient.g_pixel = columns;
  gradient.w_row = w_row;
  gradient.height = height;
  gradient.width = width;
  gradient.columns = columns;
  gradient.accumulate = false;
  const auto before = normals(static_cast<size_t>(height * width * columns), 4);
  FloatBuffer wanted = before;
  m.y = wanted.data();
  reference_kernels().product(m);
  m.lines = gradient.lines = {stride, top, top + inside};
  for (const auto* set : fast_sets()) {
    INFO(set->name << ", " << columns << " columns, stride " << stride << ", rows " << top << " to "
                   << top + inside);
    FloatBuffer got = before;
    m.y = got.data();
    set->product(m);
    check_close(got, wanted, static_cast<size_t>(height * width * columns), 1e-4);
  }
  check_gradient(gradient, normals(static_cast<size_t>(rows * w_row), 5), rows, 1e-4);
}
