// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/data/metric.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/kernels/arithmetic.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/post_training.hpp"
#include "evaluators/training/write_counts.hpp"

namespace mho {

/// Times that every score holds, in seconds: the metric after a day is what a search maximises, 1 s and 30
/// days give the AVM.
inline constexpr double one_second_s = 1, one_day_s = 86400, one_month_s = 2592000;

/// Which chips are scored: R fresh ones, or the devices that the training left behind, read R times.
enum class ScoringStart { programmed, trained };
template <>
inline constexpr std::array words_of<ScoringStart>{"programmed", "trained"};

/// The [scoring] table: how often and when a candidate is measured.
struct ScoringConfig {
  int programmings = 25;  ///< R: independent programmings of the whole network
  std::vector<double> times_s = {1, 3600, 86400, 864000,
                                 2592000};      ///< after programming; must hold 1, 86400 and 2592000
  Arithmetic arithmetic = Arithmetic::float32;  ///< bfloat16 only where the processor has it

  ScoringStart from = ScoringStart::programmed;

  void fields(FieldVisitor& visitor);
};

/// The task's metric at one time over the programmings, as a fraction of 1.
struct DriftPoint {
  double time_s = 0;
  double mean = 0;
  double standard_deviation = 0;  ///< over programmings, sample (n - 1)
  int programmings = 0;
  std::array<double, 2> interval95{};  ///< of the mean: mean -+ t(n - 1) s / sqrt(n), interval95
};

/// The point of these values, one a programming, of a metric that is at most `largest` (Metric::largest).
DriftPoint summarise(double time_s, const std::vector<double>& values, double largest = 1);

/// A candidate's score: the task's metric in digital and at each drift time, and its variation over one month
/// (AVM: how much worse its mean is at 30 d than at 1 s, in points, hundredths of 1 (of text in bits); where
/// the device model is not known after 30 d, at the latest time scored).
struct Score {
  std::string metric = "accuracy";  ///< Metric::name
  double digital = 0;
  std::vector<DriftPoint> drift;
  double avm = 0;
  double avm_time_s = one_month_s;
  std::optional<WriteCounts> writes = {};  ///< of a training on the chip
  double chance = 0;  ///< of an answer that looks at no sample (Metric::chance); 0 where it is not known
  /// The point at `time_s`; throws std::out_of_range when that time was not scored.
  const DriftPoint& at(double time_s) const;
};

struct TrainedChip;

/// What is calibrated on each programmed chip before it is scored, and on which (training) samples.
struct ChipCalibration {
  PostTrainingConfig config;
  const Samples* samples = nullptr;  ///< null: nothing is calibrated
  /// Not null: this chip is scored, as it is, in place of R that are programmed.
  const TrainedChip* trained = nullptr;
};

/// The samples that a network is judged on, and by which metric.
struct HeldOut {
  const Samples& samples;
  const Metric& metric;
  HeldOut(const Samples& on, const Metric& by = metrics().front()) : samples(on), metric(by) {}
};

/// Programs the network R times on fresh devices (or takes the trained ones R times), lets it drift, and
/// judges it at every time: devices keep their identity through a programming's times; read noise is fresh at
/// each. Same arguments, same bits.
Score score(const CompiledCandidate& candidate, const Parameters& parameters, const HeldOut& held_out,
            const ScoringConfig& scoring, RandomKey key, const ChipCalibration& calibration = {});

/// The metric of the plain floating-point network.
double digital_value(const CompiledCandidate& candidate, const Parameters& parameters,
                     const HeldOut& held_out);

}  // namespace mho
