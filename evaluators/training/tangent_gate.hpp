// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/data/dataset.hpp"
#include "core/nn/run/training_network.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/training/training_config.hpp"

namespace mho {

/// Which layers a training goes on with: modular adaptive training (Shi et al., arXiv 2405.07527), after its
/// abstract and our reading of it. A layer's part of the neural tangent kernel over n samples is J J^T, J the
/// derivatives of the outputs by its weights; what its largest eigenvalue has shrunk to tells how much it can
/// still learn. Of the classes one random combination a sample is taken, the same at every call.
class TangentGate {
 public:
  /// `candidate` must outlive this; kernels are measured in digital, on samples spread evenly.
  TangentGate(const CompiledCandidate& candidate, Parameters initial, const Samples& samples,
              const TrainingConfig& config, RandomKey key);

  /// One entry a node: 0 where a layer is to be left alone now.
  std::vector<char> open(const Parameters& parameters) const;
  /// Largest eigenvalue of each matrix layer's kernel; 0 for other nodes.
  std::vector<double> eigenvalues(Parameters parameters) const;

 private:
  const Network& network_;  ///< plain
  Samples samples_;
  double level_;
  int shards_;
  RandomKey key_;
  std::vector<double> initial_;
};

/// Largest eigenvalue of a symmetric positive matrix (n x n, row-major) by power iteration.
double largest_eigenvalue(const std::vector<double>& matrix, std::size_t n);

}  // namespace mho
