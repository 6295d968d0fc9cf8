// SPDX-License-Identifier: Apache-2.0
// Noise in bfloat16: of weights in pairs, and of products.
#include <cstring>
#include <string>
#include <vector>

#include "core/nn/kernels/bfloat16.hpp"
#include "tests/nn/kernel_helpers.hpp"
#include "tests/noise_checks.hpp"

using namespace mho;

namespace {

/// Noisy pairs of a matrix cut into two runs, whose pairs change places.
struct Copy {
  int columns, row, first_length, rows;
  FloatBuffer from, scale, to, pairs;
  RowRun runs[2], pair_runs[2];

  Copy(int columns_, int first_length_, int second_length)
      : columns(columns_),
        row(weight_row(columns_)),
        first_length(first_length_),
        rows(first_length_ + second_length),
        from(normals(static_cast<size_t>(rows * columns), 1)),
        scale(normals(static_cast<size_t>(columns), 2)),
        to(static_cast<size_t>(rows * row)),
        pairs(static_cast<size_t>((rows + 2) / 2 * row)) {
    const int second_pairs = (second_length + 1) / 2;
    runs[0] = {0, 0, first_length};
    runs[1] = {0, first_length, second_length};
    pair_runs[0] = {0, second_pairs, (first_length + 1) / 2};
    pair_runs[1] = {0, 0, second_pairs};
  }

  void run(const Bfloat16Kernels& set, float deviation, bool keeps, RandomKey key = RandomKey(5)) {
    NoisyPairs n;
    n.from = from.data();
    n.scale = scale.data();
    n.deviation = deviation;
    n.divisor = 127;
    n.runs = runs;
    n.pair_runs = pair_runs;
    n.run_count = 2;
    n.columns = columns;
    n.row = row;
    n.to = keeps ? to.data() : nullptr;
    n.pairs = pairs.data();
    n.key = key.value();
    set.noisy_pairs(n);
  }

  /// What round_pairs makes of `to`.
  FloatBuffer rounded() const {
    FloatBuffer slots(pairs.size());
    for (int r = 0; r < 2; ++r)
      for (int j = 0; j < runs[r].length; j += 2) {
        const float* first = to.data() + (runs[r].row + j) * row;
        reference_bfloat16_kernels().round_pairs(first, j + 1 < runs[r].length ? first + row : nullptr,
                                                 static_cast<size_t>(columns), 127,
                                                 slots.data() + (pair_runs[r].row + j / 2) * row);
      }
    return slots;
  }
};

bool same_bits(const FloatBuffer& a, const FloatBuffer& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<const Bfloat16Kernels*> bfloat16_sets(bool with_reference) {
  const auto list = available_bfloat16_kernels();
  return {list.sets + (with_reference ? 0 : 1), list.sets + list.count};
}

/// The noise of weights that are zero, row by row.
std::vector<float> weight_noise(const Bfloat16Kernels& set, int rows, int columns, RandomKey key) {
  Copy copy(columns, rows / 2, rows - rows / 2);
  std::fill(copy.from.begin(), copy.from.end(), 0.0f);
  copy.run(set, 1, true, key);
  std::vector<float> noise;
  for (int r = 0; r < rows; ++r)
    noise.insert(noise.end(), copy.to.begin() + r * copy.row, copy.to.begin() + r * copy.row + columns);
  return noise;
}

/// The noise that a product of zeros adds to its outputs.
std::vector<float> output_noise(const Bfloat16Kernels& set, int pixels, int columns, std::uint32_t stream) {
  const FloatBuffer x(static_cast<size_t>(pixels) + kernel_slack()),
      w(static_cast<size_t>(weight_row(columns)) + kernel_slack());
  FloatBuffer y(static_cast<size_t>(pixels * columns) + kernel_slack());
  const RowRun run{0, 0, 1};
  MatrixProduct m;
  m.x = x.data();
  m.x_pixel = 2;
  m.runs = &run;
  m.run_count = 1;
  m.w = w.data();
  m.w_row = weight_row(columns);
  m.y = y.data();
  m.y_pixel = columns;
  m.width = pixels;
  m.columns = columns;
  m.stage.noise = 1;
  m.stage.key = 9;
  m.stage.stream = stream;
  set.product(m);
  return {y.begin(), y.begin() + pixels * columns};
}

}  // namespace

TEST_CASE("noisy pairs without noise have the reference's bits: odd runs, any columns") {
  const int columns = GENERATE(1, 10, 16, 40, 64), first = GENERATE(1, 4, 7);
  for (const bool keeps : {false, true}) {
    Copy wanted(columns, first, 6);
    wanted.run(reference_bfloat16_kernels(), 0, keeps);
    for (const auto* set : bfloat16_sets(false)) {
      INFO(set->name << " columns " << columns << " rows " << first << ", kept: " << keeps);
      Copy got(columns, first, 6);
      got.run(*set, 0, keeps);
      CHECK(same_bits(got.pairs, wanted.pairs));
      CHECK(same_bits(got.to, wanted.to));
    }
  }
}

TEST_CASE("noisy pairs are the rounded noisy rows, kept or not") {
  const int columns = GENERATE(1, 10, 16, 40, 64);
  for (const auto* set : bfloat16_sets(true)) {
    INFO(set->name << " columns " << columns);
    Copy kept(columns, 7, 6), dropped(columns, 7, 6);
    kept.run(*set, 0.06f, true);
    dropped.run(*set, 0.06f, false);
    CHECK(same_bits(kept.pairs, kept.rounded()));
    CHECK(same_bits(kept.pairs, dropped.pairs));
  }
}

TEST_CASE("noise of weights in pairs and of bfloat16 products is standard normal") {
  for (const auto* set : bfloat16_sets(false)) {
    INFO(set->name);
    check_standard_normal(weight_noise(*set, 1 << 12, 1 << 8, RandomKey(7)));
    check_standard_normal(output_noise(*set, 1 << 14, 1 << 6, 0));
  }
}

TEST_CASE("noise in bfloat16 of neighbours, streams and keys is uncorrelated, and so are its squares") {
  const int columns = GENERATE(256, 10);
  for (const auto* set : bfloat16_sets(true)) {
    INFO(set->name << " columns " << columns);
    const auto a = weight_noise(*set, 1024, columns, RandomKey(1)),
               key = weight_noise(*set, 1024, columns, RandomKey(2));
    const auto b = output_noise(*set, 1024, columns, 0), stream = output_noise(*set, 1024, columns, 1);
    CHECK(a == weight_noise(*set, 1024, columns, RandomKey(1)));
    const double bound = 5 / std::sqrt(double(a.size()));
    for (const auto* v : {&a, &b})
      for (const size_t lag : {1, 2, 8, 16, 32, 64, columns, 2 * columns}) {
        CHECK(std::abs(correlation(*v, *v, lag)) < 1.01 * bound);
        CHECK(std::abs(correlation(centred_squares(*v), centred_squares(*v), lag)) < 1.01 * bound);
      }
    CHECK(std::abs(correlation(a, key)) < bound);
    CHECK(std::abs(correlation(b, stream)) < bound);
    CHECK(std::abs(correlation(centred_squares(a), centred_squares(key))) < bound);
    CHECK(std::abs(correlation(centred_squares(b), centred_squares(stream))) < bound);
  }
}
