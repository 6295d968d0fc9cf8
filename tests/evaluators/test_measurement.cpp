// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/measurement.hpp"

#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Keeps the processor busy for so long.
void work_for(double seconds) {
  const double begin = bench_seconds();
  while (bench_seconds() - begin < seconds) {
  }
}

}  // namespace

TEST_CASE("a spread is the median and the extremes") {
  const auto odd = spread_of({3, 1, 2});
  CHECK(odd.median == 2);
  CHECK(odd.min == 1);
  CHECK(odd.max == 3);
  CHECK(spread_of({4, 1, 2, 3}).median == 2.5);
}

TEST_CASE("each sample has the seconds of a call and the machine's peak around it") {
  int calls = 0;
  const auto measured = measure(
      [&] {
        ++calls;
        work_for(1e-3);
      },
      {3, 1e-2, 10});
  CHECK(measured.seconds.size() == 3);
  CHECK(measured.peaks.size() == 3);
  CHECK(calls >= 3);  // how many fill a sample is the clock's business, which decides no test
  for (const double seconds : measured.seconds) CHECK(seconds > 0);
  for (const double peak : measured.peaks) CHECK(peak > 0);
}

TEST_CASE("what takes much longer than a sample is not called twice for one sample") {
  int calls = 0;
  measure(
      [&] {
        ++calls;
        work_for(2e-2);
      },
      {1, 1e-3, 10});
  CHECK(calls == 1);
}
