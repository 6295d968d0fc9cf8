// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/parameters.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/post_training.hpp"

namespace mho {

/// Times that every score holds, in seconds: accuracy after a day is what a search maximises, 1 s and 30 days
/// give the AVM.
inline constexpr double one_second_s = 1, one_day_s = 86400, one_month_s = 2592000;

/// Of the products in scoring: float32, or bfloat16 conductances with exact DAC levels where the processor
/// has AVX-512-BF16.
enum class Arithmetic { float32, bfloat16 };
template <>
inline constexpr std::array words_of<Arithmetic>{"float32", "bfloat16"};

/// The [scoring] table: how often and when a candidate is measured.
struct ScoringConfig {
  int programmings = 25;  ///< R: independent programmings of the whole network
  std::vector<double> times_s = {1, 3600, 86400, 864000,
                                 2592000};  ///< after programming; must hold 1, 86400 and 2592000
  Arithmetic arithmetic = Arithmetic::float32;

  void fields(FieldVisitor& visitor);
};

/// Accuracy at one time over the programmings, as fractions of 1.
struct DriftPoint {
  double time_s = 0;
  double mean = 0;
  double standard_deviation = 0;  ///< over programmings, sample (n - 1)
  int programmings = 0;
  std::array<double, 2> interval95{};  ///< of the mean: mean -+ t(n - 1) s / sqrt(n)
};

/// The point of these accuracies, one a programming.
DriftPoint summarise(double time_s, const std::vector<double>& accuracies);

/// A candidate's score: accuracy in digital and at each drift time, and the accuracy variation over one month
/// (AVM: mean accuracy at 1 s minus mean accuracy at 30 d, in points; where the device model is not known
/// after 30 d, minus that at the latest time scored).
struct Score {
  double digital_accuracy = 0;
  std::vector<DriftPoint> drift;
  double avm = 0;
  double avm_time_s = one_month_s;
  double chance = 0;  ///< accuracy of always answering the commonest class; 0 where it is not known
  /// The point at `time_s`; throws std::out_of_range when that time was not scored.
  const DriftPoint& at(double time_s) const;
};

/// What is calibrated on each programmed chip before it is scored, and on which (training) samples.
struct ChipCalibration {
  PostTrainingConfig config;
  const Samples* samples = nullptr;  ///< null: nothing is calibrated
};

/// Programs the network R times on fresh devices, lets it drift, and classifies `samples` at every time:
/// devices keep their identity through a programming's times; read noise is fresh at each. Same arguments,
/// same bits.
Score score(const CompiledCandidate& candidate, const Parameters& parameters, const Samples& samples,
            const ScoringConfig& scoring, RandomKey key, const ChipCalibration& calibration = {});

/// Accuracy of the plain floating-point network.
double digital_accuracy(const CompiledCandidate& candidate, const Parameters& parameters,
                        const Samples& samples);

}  // namespace mho
