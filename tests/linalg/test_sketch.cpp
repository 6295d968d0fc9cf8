// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/sketch.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

const std::vector<SketchKind> all_kinds{SketchKind::gaussian, SketchKind::sparse_sign, SketchKind::srht,
                                        SketchKind::countsketch};

/// Largest |sigma^2 - 1| of S Q, Q an orthonormal basis: the distortion of a subspace embedding.
double distortion(const Sketch& sketch, const RealMatrix& basis) {
  double most = 0;
  for (const double s : singular_values(sketch.apply(basis)).s) most = std::max(most, std::fabs(s * s - 1));
  return most;
}

}  // namespace

TEST_CASE("The dense form of every sketch and its fast application agree") {
  const auto kind = GENERATE(from_range(all_kinds));
  const Sketch sketch(kind, 24, 100, RandomKey(1));
  const auto a = normal_matrix(100, 5, 2);
  const auto fast = sketch.apply(a), dense = product(transposed(sketch.transposed()), a);
  for (size_t i = 0; i < fast.values.size(); ++i)
    REQUIRE(fast.values[i] == Approx(dense.values[i]).margin(1e-10));
}

TEST_CASE("The distortion of a subspace falls as the root of its dimension over the sketch's rows") {
  const auto kind = GENERATE(SketchKind::gaussian, SketchKind::sparse_sign, SketchKind::srht);
  const int d = 10;
  const auto basis = orthonormal(normal_matrix(1024, d, 3));
  for (const int rows : {80, 160, 320, 640}) {
    double mean = 0;
    for (std::uint64_t draw = 0; draw < 5; ++draw)
      mean += distortion(Sketch(kind, rows, 1024, RandomKey(4).with("draw", draw)), basis) / 5;
    // Gaussian: sigma in 1 +- sqrt(d / s) (Davidson and Szarek), so sigma^2 - 1 up to 2 e + e^2.
    const double e = std::sqrt(double{d} / rows);
    CHECK(mean < 1.15 * (2 * e + e * e));
    CHECK(mean > 0.35 * (2 * e + e * e) * (kind == SketchKind::srht && rows == 640 ? 0.5 : 1.0));
  }
}

TEST_CASE("CountSketch embeds a subspace with rows of the order of its dimension squared") {
  const auto basis = orthonormal(normal_matrix(1024, 6, 3));
  double mean = 0;
  for (std::uint64_t draw = 0; draw < 10; ++draw)
    mean +=
        distortion(Sketch(SketchKind::countsketch, 400, 1024, RandomKey(5).with("draw", draw)), basis) / 10;
  // Each product of two basis vectors has variance at most 2 / s: ||.||_F^2 <= (d^2 + d) / s in the mean.
  CHECK(mean < std::sqrt(42.0 / 400));
}

TEST_CASE("A column depends on its number, not on how many there are") {
  const auto kind = GENERATE(SketchKind::gaussian, SketchKind::sparse_sign, SketchKind::countsketch);
  const Sketch bounded(kind, 20, 50, RandomKey(1)), stream(kind, 20, 0, RandomKey(1));
  RealVector here(20), there(20);
  bounded.column(37, here);
  stream.column(37, there);
  CHECK(here == there);
  CHECK(norm(here) > 0);
}

TEST_CASE("The fast Hadamard transform is its own inverse but for the size") {
  const auto x = normal_vector(64, 1);
  auto y = x;
  hadamard_transform(y);
  CHECK(norm(y) == Approx(8 * norm(x)));
  hadamard_transform(y);
  for (size_t i = 0; i < x.size(); ++i) REQUIRE(y[i] == Approx(64 * x[i]));
}

TEST_CASE("Sketches that cannot be are refused") {
  CHECK_THROWS_AS(Sketch(SketchKind::gaussian, 0, 10, RandomKey(1)), ConfigError);
  CHECK_THROWS_WITH(Sketch(SketchKind::srht, 4, 0, RandomKey(1)), ContainsSubstring("a stream without end"));
  CHECK_THROWS_AS(Sketch(SketchKind::gaussian, 4, 10, RandomKey(1)).apply(normal_matrix(9, 2, 1)), DataError);
}
