// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/data/dataset.hpp"

namespace mho {

/// What an answer that looks at no sample is worth.
struct Chance {
  double value = 0;
  double deviation = 0;  ///< standard deviation that luck gives it over so many samples
};

/// What a network's outputs for labelled samples are worth: one word of task.metric. A new one is a function
/// and a line in metrics(). Values are fractions of 1 (an error's, of the wanted values' variance), bits, or
/// numbers that have no unit.
struct Metric {
  const char* name;
  const char* title;  ///< as tables call it, at most 12 characters
  const char* help;   ///< one clause
  Target target;      ///< that it is for
  bool larger_is_better = true;
  const char* chance_answer;  ///< what Chance is the value of
  /// Of outputs [sample][output] for these samples, in their order. The samples are what check() let pass.
  double (*value)(std::span<const float> outputs, const Samples& samples);
  Chance (*chance)(const Samples& samples);
  double best = 1;                    ///< the value of an answer without any fault
  double scale = 100;                 ///< tables show this times a value, in `unit`
  const char* unit = "%";             ///< "" for none
  const char* difference = "points";  ///< unit of a difference of shown values

  /// "31.80 %", "1.92 bits"
  std::string shown(double raw, int digits = 2) const;
  /// A difference of two values as a table shows it.
  double points(double raw) const { return scale * raw; }
  /// A value turned so that larger is better.
  double gain(double raw) const { return larger_is_better ? raw : -raw; }
  /// No value is above it: 1 of what is better the larger it is; errors, bits and perplexities have no bound.
  double largest() const { return larger_is_better ? 1 : std::numeric_limits<double>::infinity(); }
};

const std::vector<Metric>& metrics();
std::vector<std::string> metric_names();
/// "accuracy: ...; macro_f1: ...".
std::string metric_help();
/// Throws ConfigError listing the known words.
const Metric& metric_of(const std::string& name);

/// Throws ConfigError unless the metric judges this target, and the target takes these settings.
void check_target(const TaskConfig& task);

/// Throws DataError when the metric says nothing about these samples, such as an AUC without anomalies;
/// `split` stands in the message.
void check_metric_applies(const Metric& metric, const Samples& samples, const std::string& split);

/// Mean squared difference between a sample and what an autoencoder made of it, a number a sample: the
/// larger, the more of an anomaly. Outputs that are no numbers count as the largest.
std::vector<double> reconstruction_errors(std::span<const float> outputs, const Samples& samples);

/// False positive rates up to here make the partial AUC (DCASE task 2, MLPerf Tiny).
inline constexpr double partial_rate = 0.1;

}  // namespace mho
