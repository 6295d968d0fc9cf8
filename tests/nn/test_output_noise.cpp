// SPDX-License-Identifier: Apache-2.0
// The noise that products of core/nn/kernels/kernels.hpp draw.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

TEST_CASE("output noise has the asked deviation and depends on key and stream only") {
  const int width = 64, columns = GENERATE(40, 6);  // lanes are columns; lanes are pixels
  FloatBuffer x(width + 32), w(48 + 32), y(static_cast<size_t>(width * columns) + 32), again(y.size());
  const RowRun run{0, 0, 1};
  MatrixProduct m;
  m.x = x.data();
  m.x_pixel = 1;
  m.runs = &run;
  m.run_count = 1;
  m.w = w.data();
  m.w_row = 48;
  m.y_pixel = columns;
  m.width = width;
  m.columns = columns;
  m.stage.noise = 0.04f;
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    double sum = 0, square = 0, overlap = 0;
    const int images = 64;
    for (int image = 0; image < images; ++image) {
      m.stage.key = 99;
      m.stage.stream = static_cast<std::uint32_t>(image);
      m.y = y.data();
      set->product(m);
      m.y = again.data();
      set->product(m);
      CHECK(std::equal(y.begin(), y.begin() + width * columns, again.begin()));
      m.stage.stream += 1000;
      set->product(m);
      for (int i = 0; i < width * columns; ++i) {
        sum += y[static_cast<size_t>(i)];
        square += double(y[static_cast<size_t>(i)]) * y[static_cast<size_t>(i)];
        overlap += double(y[static_cast<size_t>(i)]) * again[static_cast<size_t>(i)];
      }
    }
    const double n = double(images) * width * columns;
    CHECK(std::abs(sum / n) < 5 * 0.04 / std::sqrt(n));
    CHECK(std::sqrt(square / n) == Approx(0.04).epsilon(5 / std::sqrt(2 * n)));
    CHECK(std::abs(overlap / n) < 5 * 0.0016 / std::sqrt(n));
  }
}

TEST_CASE("output noise never repeats within one image") {
  const int width = 30, columns = GENERATE(70, 6), height = 9;
  FloatBuffer x(width * height + 32), w(96), y(static_cast<size_t>(width * columns * height) + 32);
  const RowRun run{0, 0, 1};
  MatrixProduct m;
  m.x = x.data();
  m.x_row = width;
  m.x_pixel = 1;
  m.runs = &run;
  m.run_count = 1;
  m.w = w.data();
  m.w_row = 80;
  m.y = y.data();
  m.y_row = width * columns;
  m.y_pixel = columns;
  m.height = height;
  m.width = width;
  m.columns = columns;
  m.stage.noise = 1.0f;
  for (const auto* set : fast_sets()) {
    INFO(set->name);
    set->product(m);
    std::vector<float> values(y.begin(), y.begin() + width * columns * height);
    std::sort(values.begin(), values.end());
    const auto unique = std::unique(values.begin(), values.end()) - values.begin();
    CHECK(static_cast<size_t>(unique) > values.size() - 60);  // a few equal floats are chance
  }
}
