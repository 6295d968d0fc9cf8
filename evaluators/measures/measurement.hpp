// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace mho {

/// Seconds that count: CPU time of this thread when the arena has one thread (a preempted thread's clock
/// stands still), else those on the wall.
double bench_seconds();

/// Multiply-adds a second, as FLOP/s, that the cores in use reach right now (2 ms on each).
double measure_peak();

/// How long and how often something is measured.
struct Sampling {
  int samples = 7;
  double sample_s = 0.2;  ///< calls are repeated until a sample has taken this long
  double limit_s = 30;    ///< no further sample after this; the first is always taken
};

/// Median and extremes over the samples.
struct Spread {
  double median = 0, min = 0, max = 0;
};
Spread spread_of(std::vector<double> values);

/// What the samples of one piece of work gave.
struct Measurement {
  std::vector<double> seconds;  ///< of one call, one a sample
  std::vector<double> peaks;    ///< FLOP/s before and after the sample, their mean
};

/// Samples `work` after a warm-up call, which itself is a sample when it is much longer than one should be.
Measurement measure(const std::function<void()>& work, const Sampling& sampling);

}  // namespace mho
