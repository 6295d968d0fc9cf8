// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/random.hpp"
#include "search/spaces/space.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// What a surrogate expects of a genome (units of Score: fractions, points).
struct Prediction {
  double accuracy = 0;  ///< the metric after a day, turned so that larger is better
  double accuracy_uncertainty = 0;
  double deviation = 0;
  double avm = 0;
};

/// Learns from the trials of a run what a genome will score.
class Surrogate {
 public:
  virtual ~Surrogate() = default;
  /// Trains anew on all finished trials. Same trials and key, same model.
  virtual void fit(const Space& space, std::span<const Trial> trials, RandomKey key) = 0;
  /// Throws RunError for a genome outside the space.
  virtual std::vector<Prediction> predict(std::span<const Genome> genomes) const = 0;
  /// The library's own format; never a pickle.
  virtual void save(const std::filesystem::path& file) const = 0;
};

}  // namespace mho
