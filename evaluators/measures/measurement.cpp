// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/measurement.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "core/base/vector/multiply_add.hpp"

namespace mho {
namespace {

constexpr double peak_seconds = 2e-3;
constexpr std::int64_t short_rounds = 2000;

/// A first call that is this many samples long counts: in so much time a cold start does not show.
constexpr double long_call = 5;

/// Rounds of multiply_add that take about peak_seconds here; measured once.
std::int64_t peak_rounds() {
  static const std::int64_t rounds = [] {
    multiply_add(short_rounds);  // wakes wide vector units up
    const double begin = bench_seconds();
    multiply_add(10 * short_rounds);
    const double seconds = std::max(1e-6, bench_seconds() - begin);
    return std::max(short_rounds, static_cast<std::int64_t>(10 * short_rounds * peak_seconds / seconds));
  }();
  return rounds;
}

/// Seconds of one call, over as many calls as fill a sample; `calls` are made before the clock is looked at.
double sample(const std::function<void()>& work, std::int64_t calls) {
  const double begin = bench_seconds();
  for (std::int64_t i = 0; i < calls; ++i) work();
  return (bench_seconds() - begin) / static_cast<double>(calls);
}

}  // namespace

double bench_seconds() {
  timespec now{};
  clock_gettime(thread_count() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double measure_peak() {
  const auto rounds = peak_rounds();
  const auto threads = static_cast<size_t>(thread_count());
  std::vector<std::int64_t> operations(threads);
  const double begin = bench_seconds();
  parallel_for(threads, [&](size_t i) { operations[i] = multiply_add(rounds); });
  const double seconds = bench_seconds() - begin;
  return static_cast<double>(operations[0]) * static_cast<double>(threads) / seconds;
}

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

Measurement measure(const std::function<void()>& work, const Sampling& sampling) {
  Measurement measured;
  const double begin = bench_seconds();
  double before = measure_peak();
  double seconds = sample(work, 1);  // the warm-up, and a guess
  const auto record = [&] {
    const double after = measure_peak();
    measured.seconds.push_back(seconds);
    measured.peaks.push_back((before + after) / 2);
    before = after;
  };
  if (seconds > long_call * sampling.sample_s)
    record();
  else
    seconds = sample(work, 1);
  const auto calls = std::max<std::int64_t>(1, std::llround(sampling.sample_s / std::max(seconds, 1e-9)));
  while (measured.seconds.empty() || (static_cast<int>(measured.seconds.size()) < sampling.samples &&
                                      bench_seconds() - begin < sampling.limit_s)) {
    seconds = sample(work, calls);
    record();
  }
  return measured;
}

}  // namespace mho
