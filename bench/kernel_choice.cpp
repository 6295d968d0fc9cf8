// SPDX-License-Identifier: Apache-2.0
// Own kernels, Eigen or oneDNN? The three passes of five layers on each, one thread, interleaved; prints
// docs/decisions/0002-own-kernels.md's table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

#include "bench/layer_engine.hpp"
#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "evaluators/measures/measurement.hpp"

namespace mho {
namespace {

constexpr int round_count = 7;
constexpr Sampling one_sample{1, 0.03, 30};
constexpr double tolerance = 1e-4;  ///< of the largest result; sums run over up to 65,536 products

struct Candidate {
  const char* name;
  MakeEngine make;
};
constexpr Candidate candidates[] = {{"mho", make_mho_engine},
                                    {"im2col + Eigen", make_eigen_engine},
                                    {"oneDNN NHWC", make_onednn_engine},
                                    {"oneDNN blocked", make_onednn_blocked_engine}};
constexpr const char* pass_names[] = {"forward", "backward data", "backward weights"};

std::vector<LayerShape> shapes() {
  return {{"16->16 3x3 32x32", 64, 32, 32, 16, 16, 3},
          {"32->32 3x3 16x16", 64, 16, 16, 32, 32, 3},
          {"64->64 3x3 8x8", 64, 8, 8, 64, 64, 3},
          {"64->64 1x1 25x5", 64, 25, 5, 64, 64, 1},
          {"dense 784->256", 64, 1, 1, 784, 256, 1}};
}

FloatBuffer random_floats(const char* purpose, std::int64_t count) {
  FloatBuffer values(static_cast<size_t>(count) + kernel_slack());
  fill_normal(RandomKey(1).with(purpose), {values.data(), static_cast<size_t>(count)});
  return values;
}

LayerData random_data(const LayerShape& s) {
  return {random_floats("x", std::int64_t{s.pixels()} * s.inputs),
          random_floats("w", std::int64_t{s.rows()} * s.outputs),
          random_floats("dy", std::int64_t{s.pixels()} * s.outputs)};
}

/// Whoever computes something else is not compared.
void check(const std::vector<float>& expected, const std::vector<float>& got, const std::string& what) {
  double largest = 0, difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max<double>(largest, std::abs(expected[i]));
    difference = std::max<double>(difference, std::abs(expected[i] - got[i]));
  }
  if (!(largest > 0 && difference <= tolerance * largest))
    throw RunError(
        fmt::format("{}: expected mho's result, got a difference of {:.2g} where the largest is {:.2g}", what,
                    difference, largest));
}

/// One engine's samples of one pass.
struct Samples {
  std::vector<double> flops, shares, peaks;

  void add(const Measurement& one, double operations) {
    flops.push_back(operations / one.seconds.front());
    peaks.push_back(one.peaks.front());
    shares.push_back(flops.back() / peaks.back());
  }
};

using Engines = std::vector<std::unique_ptr<LayerEngine>>;

Engines make_checked_engines(const LayerShape& shape, const LayerData& data) {
  Engines engines;
  for (const auto& candidate : candidates) {
    engines.push_back(candidate.make(shape, data));
    if (!engines.back()) continue;
    for (const auto pass : {Pass::forward, Pass::backward_data, Pass::backward_weights}) {
      engines.front()->run(pass);
      engines.back()->run(pass);
      check(engines.front()->result(pass), engines.back()->result(pass),
            fmt::format("{}, {}, {}", candidate.name, shape.name, pass_names[static_cast<int>(pass)]));
    }
  }
  return engines;
}

/// Prints one line of the table and adds the machine's peaks to `peaks`.
void measure_pass(const LayerShape& shape, Pass pass, const Engines& engines, std::vector<double>& peaks) {
  std::vector<Samples> samples(engines.size());
  for (int round = 0; round < round_count; ++round)
    for (size_t e = 0; e < engines.size(); ++e)
      if (engines[e]) samples[e].add(measure([&] { engines[e]->run(pass); }, one_sample), shape.flops());
  fmt::print("| {} | {} |", shape.name, pass_names[static_cast<int>(pass)]);
  for (const auto& s : samples) {
    if (s.flops.empty()) {
      fmt::print(" - |");
      continue;
    }
    const auto flops = spread_of(s.flops);
    fmt::print(" {:.0f} [{:.0f}..{:.0f}] {:.0f} % |", flops.median * 1e-9, flops.min * 1e-9, flops.max * 1e-9,
               100 * spread_of(s.shares).median);
    peaks.insert(peaks.end(), s.peaks.begin(), s.peaks.end());
  }
  fmt::print("\n");
  std::fflush(stdout);
}

void run() {
  set_thread_count(1);
  const auto onednn = start_onednn();
  fmt::print(
      "{}; instruction set {}; GFLOP/s [min..max] and share of the multiply-add peak, medians of {}\n\n",
      onednn, word_of(instruction_set()), round_count);
  fmt::print("| layer, 64 images | pass |");
  for (const auto& candidate : candidates) fmt::print(" {} |", candidate.name);
  fmt::print("\n|---|---|---|---|---|---|\n");
  std::vector<double> peaks;
  for (const auto& shape : shapes()) {
    const auto data = random_data(shape);
    const auto engines = make_checked_engines(shape, data);
    for (const auto pass : {Pass::forward, Pass::backward_data, Pass::backward_weights})
      measure_pass(shape, pass, engines, peaks);
  }
  const auto peak = spread_of(peaks);
  fmt::print("\nPeak: {:.0f} [{:.0f}..{:.0f}] GFLOP/s\n", peak.median * 1e-9, peak.min * 1e-9,
             peak.max * 1e-9);
}

}  // namespace
}  // namespace mho

int main() {
  try {
    mho::run();
    return 0;
  } catch (const mho::InputError& error) {
    fmt::print(stderr, "kernel_choice: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "kernel_choice: {}\n", error.what());
    return 1;
  }
}
