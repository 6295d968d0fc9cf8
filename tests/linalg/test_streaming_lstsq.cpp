// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/streaming_lstsq.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int d = 8, rows = 3000;

ArraySettings fine_steps() {
  auto settings = exact_array();
  settings.hardware.device = "constant_step";
  settings.hardware.cell.kind = CellKind::single;
  settings.hardware.device_parameters.constant_step.states = 20000;
  return settings;
}

StreamOptions stream(int sketch_rows) {
  return {
      .unknowns = d, .sketch_rows = sketch_rows, .row_norm = std::sqrt(d), .target_norm = 3, .rows = rows};
}

double ratio_of(const ArraySettings& settings, int sketch_rows, std::uint64_t seed) {
  const auto a = normal_matrix(rows, d, 1);
  const auto b = targets_of(a, 1, 2);
  StreamingLstsq solver(stream(sketch_rows), settings, RandomKey(seed));
  solver.add(a, b);
  auto r = b, least = b;
  add(-1, multiply(a, solver.solve()), r);
  add(-1, multiply(a, exact_least_squares(a, b)), least);
  return norm(r) / norm(least);
}

}  // namespace

TEST_CASE("The error of a streamed sketch is at most 1 + eps, with eps as the rows of the sketch say") {
  for (const int sketch_rows : {64, 128, 256, 512}) {
    double mean = 0;
    for (std::uint64_t draw = 0; draw < 6; ++draw) mean += ratio_of(fine_steps(), sketch_rows, draw) / 6;
    // A CountSketch of many rows a bucket is nearly Gaussian: eps of that theory, and half as much for the
    // spread of six draws.
    const double eps = std::sqrt(1 + double{d} / (sketch_rows - d - 1)) - 1;
    CHECK(mean < 1 + 1.5 * eps + 0.002);
    CHECK(mean > 1);
  }
}

TEST_CASE("Only the devices of one row of the array move for a row of the stream") {
  const auto a = normal_matrix(rows, d, 1);
  StreamingLstsq solver(stream(64), fine_steps(), RandomKey(1));
  solver.add(a, targets_of(a, 1, 2));
  CHECK(solver.bill().writes.events <= std::int64_t{rows} * (d + 1));
  CHECK(solver.bill().writes.events > std::int64_t{rows} * d);
}

TEST_CASE("A stream that is larger than its norm said fills the array") {
  const auto a = normal_matrix(rows, d, 1);
  const auto b = targets_of(a, 1, 2);
  StreamingLstsq as_said(stream(64), fine_steps(), RandomKey(1));
  as_said.add(a, b);
  CHECK(as_said.fill() < 1);
  auto options = stream(64);
  options.row_norm /= 10;
  StreamingLstsq larger(options, fine_steps(), RandomKey(1));
  larger.add(a, b);
  CHECK(larger.fill() == Approx(1).epsilon(1e-3));
}

TEST_CASE("What was is forgotten: the solution follows a model that changes") {
  StreamOptions options = stream(128);
  options.rows = 0;
  options.forget = 0.998;
  StreamingLstsq solver(options, fine_steps(), RandomKey(1));
  const auto a = normal_matrix(rows, d, 1);
  const auto before = normal_vector(d, 5), after = normal_vector(d, 6);
  solver.add(a, multiply(a, before));
  solver.add(a, multiply(a, after));
  auto error = solver.solve();
  add(-1, after, error);
  CHECK(norm(error) < 0.1 * norm(after));
  CHECK(solver.rewrites() > 0);
}

TEST_CASE("Streams of unknown size are refused") {
  const auto make = [](StreamOptions options) { StreamingLstsq(options, fine_steps(), RandomKey(1)); };
  auto options = stream(64);
  options.row_norm = 0;
  CHECK_THROWS_WITH(make(options), ContainsSubstring("expected the norms of rows and targets"));
  options = stream(64);
  options.rows = 0;
  CHECK_THROWS_WITH(make(options), ContainsSubstring("sums without end"));
  options = stream(8);
  CHECK_THROWS_WITH(make(options), ContainsSubstring("more sketch rows than the 8 unknowns"));
  StreamingLstsq solver(stream(64), fine_steps(), RandomKey(1));
  CHECK_THROWS_AS(solver.solve(), DataError);
  CHECK_THROWS_AS(solver.add(normal_matrix(3, d + 1, 1), RealVector(3)), DataError);
}
