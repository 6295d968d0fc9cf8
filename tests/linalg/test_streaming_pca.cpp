// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/streaming_pca.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/linalg/svd.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int features = 40;

/// Rows of three strong directions (deviations 6, 4, 3) and noise of deviation 0.3.
RealMatrix rows_of(int rows, std::uint64_t directions, std::uint64_t seed) {
  const auto v = orthonormal(normal_matrix(features, 3, directions));
  auto x = normal_matrix(rows, features, seed);
  for (double& value : x.values) value *= 0.3;
  const auto factors = normal_matrix(rows, 3, seed + 1);
  const RealVector sizes{6, 4, 3};
  for (int r = 0; r < rows; ++r)
    for (int k = 0; k < 3; ++k)
      for (int c = 0; c < features; ++c)
        x.row(r)[c] += factors.row(r)[k] * sizes[static_cast<size_t>(k)] * v.row(c)[k];
  return x;
}

ArraySettings pulsed() {
  ArraySettings settings;
  settings.hardware = linalg_hardware();
  settings.hardware.device = "constant_step";
  settings.hardware.cell.kind = CellKind::single;
  return settings;
}

StreamingPcaOptions options() {
  return {.features = features, .components = 3, .row_norm = 8, .forget = 0.998};
}

}  // namespace

TEST_CASE("Components of a stream hold what the exact ones of its rows do, and follow it when it turns") {
  StreamingPca stream(options(), pulsed(), RandomKey(1));
  for (const std::uint64_t directions : {1, 2}) {
    const auto x = rows_of(3000, directions, 10 * directions);
    stream.add(x);
    const auto found = stream.components();
    const double exact =
        svd(x, {.components = 3, .exact = true}, exact_array(), RandomKey(2)).errors->captured;
    CHECK(captured_part(x, found.vt) > exact - 0.03);
    CHECK(found.variances[0] > found.variances[2]);
  }
  CHECK(stream.fill() < 1);
  CHECK(stream.rewrites() > 0);
  CHECK(stream.bill().writes.pulses > 0);
  CHECK(stream.rows() == 6000);
}

TEST_CASE("Streams of unknown norm, and shapes that do not fit, are refused") {
  const auto make = [](StreamingPcaOptions wanted) { StreamingPca(wanted, pulsed(), RandomKey(1)); };
  auto wanted = options();
  wanted.row_norm = 0;
  CHECK_THROWS_WITH(make(wanted), ContainsSubstring("expected the norm of rows"));
  wanted = options();
  wanted.components = features + 1;
  CHECK_THROWS_AS(make(wanted), ConfigError);
  wanted = options();
  wanted.forget = 1;
  CHECK_THROWS_WITH(make(wanted), ContainsSubstring("sums without end"));
  StreamingPca stream(options(), pulsed(), RandomKey(1));
  CHECK_THROWS_AS(stream.components(), DataError);
  CHECK_THROWS_AS(stream.add(normal_matrix(2, features - 1, 1)), DataError);
}
