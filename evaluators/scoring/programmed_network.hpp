// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/data/dataset.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/post_training.hpp"
#include "evaluators/training/trained_chip.hpp"

namespace mho {

/// One chip: every crossbar layer of a network programmed once, with what was calibrated on that chip
/// afterwards.
class ProgrammedNetwork {
 public:
  /// Programs every crossbar layer with draws from `key`. `candidate` must outlive this. Throws MappingError
  /// or ConfigError.
  ProgrammedNetwork(const CompiledCandidate& candidate, Parameters parameters, bool bfloat16, RandomKey key);

  /// The chip as a training left it; its drift compensation starts now, with draws from `key`. `chip` must
  /// outlive this.
  ProgrammedNetwork(const CompiledCandidate& candidate, Parameters parameters, const TrainedChip& chip,
                    bool bfloat16, RandomKey key);

  /// The calibrations that PostTrainingConfig asks of each chip, on `samples`, from a read right after
  /// programming: first tile columns' gains and offsets, then batch norms.
  void calibrate(const PostTrainingConfig& config, const Samples& samples, RandomKey key);

  /// parameters() with batch norms' statistics taken anew under these operands (batch_norm_samples > 0).
  Parameters calibrated_parameters(const Operands& operands, const PostTrainingConfig& config,
                                   const Samples& samples, RandomKey key) const;

  /// All layers as they read `time_s` seconds after programming; grouped convolutions stay as they are.
  Operands read(double time_s, RandomKey key) const;

  /// Biases and batch norms as this chip uses them.
  const Parameters& parameters() const { return parameters_; }

 private:
  /// Without crossbars, for the others.
  ProgrammedNetwork(RandomKey chip, const CompiledCandidate& candidate, Parameters parameters, bool bfloat16);
  MatrixOperand read_layer(size_t node, MatrixRead read) const;
  void fit_columns(const Samples& samples, int count, RandomKey key);
  void fit_layer(size_t node, const FloatBuffer& inputs, int images, RandomKey key);

  const CompiledCandidate& candidate_;
  Parameters parameters_;
  RandomKey key_;  ///< of this chip
  bool bfloat16_;
  Operands digital_;
  std::vector<std::unique_ptr<CrossbarMatrix>> matrices_;  ///< one a node; null where there is no crossbar
  std::vector<std::vector<float>> gains_;                  ///< [node][split * columns + column]; empty: 1
};

}  // namespace mho
