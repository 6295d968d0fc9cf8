// SPDX-License-Identifier: Apache-2.0
// The kernels on bfloat16: every set against the plain loops, bit for bit.
#include "core/nn/kernels/bfloat16.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

namespace {

std::vector<const Bfloat16Kernels*> fast_bfloat16_sets() {
  const auto list = available_bfloat16_kernels();
  return {list.sets + 1, list.sets + list.count};
}

/// Normal numbers as pairs, one a float.
FloatBuffer pairs(size_t count, std::uint64_t seed) {
  const auto first = normals(count, seed), second = normals(count, seed + 100);
  FloatBuffer slots(count + kernel_slack());
  reference_bfloat16_kernels().round_pairs(first.data(), second.data(), count, 1, slots.data());
  return slots;
}

bool same_bits(const float* a, const float* b, size_t count) {
  return std::memcmp(a, b, count * sizeof(float)) == 0;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("rounding to bfloat16 is to the nearest, ties to even") {
  const std::vector<std::pair<float, std::uint32_t>> known = {
      {1.0f, 0x3f80},        {1.00390625f, 0x3f80},  // a tie, down to even
      {1.01171875f, 0x3f82},                         // a tie, up to even
      {1.0039064f, 0x3f81},  {-2.0f, 0xc000},       {infinity, 0x7f80},
      {3.4e38f, 0x7f80},     {-0.0f, 0x8000},       {1e-40f, 0x0000}};
  for (const auto* set : {&reference_bfloat16_kernels(), &bfloat16_kernels()})
    for (const auto& [value, bits] : known) {
      std::uint16_t half = 0;
      set->round(&value, 1, &half);
      INFO(set->name << " " << value);
      CHECK(half == bits);
    }
}

TEST_CASE("every set rounds as the reference does: halves and pairs, DAC levels, odd counts, no number") {
  auto x = normals(1000, 1), second = normals(1000, 2);
  const float special[] = {infinity, -infinity, std::nanf(""), 1e-40f, -1e-42f, -0.0f, 3.4e38f, 1.00390625f};
  for (size_t i = 0; i < std::size(special); ++i) x[17 * i + 3] = special[i];
  const auto& plain = reference_bfloat16_kernels();
  for (const auto* set : fast_bfloat16_sets())
    for (const size_t count : {1u, 15u, 16u, 33u, 1000u}) {
      INFO(set->name << ", " << count << " numbers");
      std::vector<std::uint16_t> halves(1000), wanted_halves(1000);
      FloatBuffer slots(1000), wanted(1000);
      const auto check_pairs = [&] { CHECK(same_bits(slots.data(), wanted.data(), 1000)); };
      set->round(x.data(), count, halves.data());
      plain.round(x.data(), count, wanted_halves.data());
      CHECK(halves == wanted_halves);
      set->quantise_levels(second.data(), count, 1.5f, 127, halves.data());
      plain.quantise_levels(second.data(), count, 1.5f, 127, wanted_halves.data());
      CHECK(halves == wanted_halves);
      for (const float* odd : {static_cast<const float*>(second.data()), static_cast<const float*>(nullptr)})
        for (const float divisor : {1.0f, 127.0f}) {
          set->round_pairs(x.data(), odd, count, divisor, slots.data());
          plain.round_pairs(x.data(), odd, count, divisor, wanted.data());
          check_pairs();
          set->quantise_pairs(second.data(), odd, count, 1.5f, 127, slots.data());
          plain.quantise_pairs(second.data(), odd, count, 1.5f, 127, wanted.data());
          check_pairs();
        }
    }
}

TEST_CASE("a bfloat16 product has the reference's bits for every tile width and column count") {
  const int width = GENERATE(1, 3, 8, 12, 16, 17, 33), columns = GENERATE(1, 10, 16, 24, 32, 40, 64);
  const int channels = 5, height = 3, w_row = weight_row(columns), length = 3 * channels;  // an odd run
  const auto x = pairs(static_cast<size_t>((height + 1) * (width + 2) * channels), 1);
  const auto w = pairs(static_cast<size_t>(2 * (length + 1) / 2 * w_row), 2);
  const RowRun runs[] = {{0, 0, (length + 1) / 2},
                         {(width + 2) * channels, (length + 1) / 2, (length + 1) / 2}};
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
  const auto size = static_cast<size_t>(height * width * columns);
  FloatBuffer wanted(size + kernel_slack()), got(size + kernel_slack());
  m.y = wanted.data();
  reference_bfloat16_kernels().product(m);
  for (const auto* set : fast_bfloat16_sets()) {
    INFO(set->name << " width " << width << " columns " << columns);
    m.y = got.data();
    set->product(m);
    CHECK(same_bits(got.data(), wanted.data(), size));
  }
}

TEST_CASE("a bfloat16 product over planes of pairs has the reference's bits, pixels on lanes or not") {
  const int width = GENERATE(1, 5, 14, 16, 28, 40), columns = GENERATE(1, 2, 3, 4, 6, 8, 11),
            height = GENERATE(1, 2, 5);
  const int channel_pairs = 3, row = width + 2, plane = row * (height + 1), w_row = padded_columns(columns);
  const auto x = pairs(static_cast<size_t>(plane * channel_pairs), 1);
  const auto w = pairs(static_cast<size_t>(3 * channel_pairs * w_row), 2);
  const int y_pixel = 2 * columns;  // every other pixel, as a stride makes it
  const auto before = normals(static_cast<size_t>(height * width * y_pixel), 5);
  const RowRun runs[] = {{0, 0, channel_pairs},
                         {2 * 2, channel_pairs, channel_pairs},
                         {2 * (row + 1), 2 * channel_pairs, channel_pairs}};
  MatrixProduct m;
  m.x = x.data();
  m.x_row = 2 * row;
  m.x_pixel = 2;
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
  m.stage.accumulate = GENERATE(false, true);
  FloatBuffer wanted = before;
  m.y = wanted.data();
  reference_bfloat16_kernels().product(m);
  for (const auto* set : fast_bfloat16_sets()) {
    INFO(set->name << " width " << width << " columns " << columns << " height " << height);
    FloatBuffer got = before;
    m.y = got.data();
    set->product(m);
    CHECK(same_bits(got.data(), wanted.data(), got.size()));
  }
}

TEST_CASE("a bfloat16 weight gradient has the reference's bits") {
  const int width = GENERATE(1, 5, 16), columns = GENERATE(6, 16, 32, 40), channels = GENERATE(1, 3, 20);
  const int height = 4, rows = 2 * channels, w_row = padded_columns(columns);
  const auto x = pairs(static_cast<size_t>((height + 1) * (width + 1) * channels), 3);
  const auto g = pairs(static_cast<size_t>(height * width * columns), 4);
  const RowRun runs[] = {{0, 0, channels}, {(width + 1) * channels, channels, channels}};
  MatrixGradient m;
  m.x = x.data();
  m.x_row = (width + 1) * channels;
  m.x_pixel = channels;
  m.runs = runs;
  m.run_count = 2;
  m.g = g.data();
  m.g_row = width * columns;
  m.g_pixel = columns;
  m.w_row = w_row;
  m.height = height;
  m.width = width;
  m.columns = columns;
  m.accumulate = false;
  FloatBuffer wanted(static_cast<size_t>(rows * w_row) + kernel_slack()), got = wanted;
  m.w = wanted.data();
  reference_bfloat16_kernels().gradient(m);
  for (const auto* set : fast_bfloat16_sets()) {
    m.w = got.data();
    set->gradient(m);
    for (int r = 0; r < rows; ++r) {
      INFO(set->name << " row " << r << " width " << width << " columns " << columns);
      CHECK(same_bits(got.data() + r * w_row, wanted.data() + r * w_row, static_cast<size_t>(columns)));
    }
  }
}

TEST_CASE("a batch norm that keeps halves agrees with the reference: halves to the bit, sums closely") {
  const int pixels = 9, channels = GENERATE(1, 4, 15, 16, 50, 64);
  const auto count = static_cast<size_t>(pixels * channels);
  const auto y = normals(count, 1), a = normals(64, 2), b = normals(64, 3), c = normals(64, 4),
             dz = normals(count, 5);
  const bool gradient_in_halves = GENERATE(false, true);
  struct Passes {
    std::vector<std::uint16_t> y, dz;
    FloatBuffer sums = FloatBuffer(96), squares = sums, s1 = sums, s2 = sums;
    FloatBuffer z, masked, dy;
  };
  const auto run = [&](const Bfloat16Kernels& set) {
    Passes p{.y = std::vector<std::uint16_t>(count), .dz = std::vector<std::uint16_t>(count), .z = y};
    p.masked = dz;
    p.dy = y;
    set.keep_sums(y.data(), p.y.data(), pixels, channels, p.sums.data(), p.squares.data());
    const KeptHalves kept{p.y.data(), gradient_in_halves ? p.dz.data() : nullptr, pixels, channels};
    set.affine(kept, a.data(), b.data(), dz.data(), 0.0f, p.z.data());
    set.affine_backward_sums(kept, p.masked.data(), p.z.data(), 0.0f, p.s1.data(), p.s2.data());
    set.affine_backward(kept, p.masked.data(), a.data(), b.data(), c.data(), p.dy.data());
    return p;
  };
  const Passes wanted = run(reference_bfloat16_kernels());
  std::vector<std::uint16_t> rounded(count);
  reference_bfloat16_kernels().round(y.data(), count, rounded.data());
  CHECK(wanted.y == rounded);
  for (const auto* set : fast_bfloat16_sets()) {
    INFO(set->name << ", " << channels << " channels");
    const Passes got = run(*set);
    CHECK(got.y == wanted.y);
    CHECK(got.dz == wanted.dz);
    check_close(got.sums, wanted.sums, 64, 1e-4);
    check_close(got.squares, wanted.squares, 64, 1e-4);
    check_close(got.z, wanted.z, count, 1e-5);
    check_close(got.masked, wanted.masked, count, 1e-6);
    check_close(got.s1, wanted.s1, 64, 1e-4);
    check_close(got.s2, wanted.s2, 64, 1e-4);
    check_close(got.dy, wanted.dy, count, 1e-5);
  }
}
