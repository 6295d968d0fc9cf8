// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/chip/mapping/mapping.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/training/training.hpp"

namespace mho {

/// Everything that judging an architecture needs but the architecture.
struct EvaluationConfig {
  TaskConfig task;
  TrainingConfig training;
  HardwareConfig hardware;
  PostTrainingConfig post_training;
  ScoringConfig scoring;
  ChipConfig chip;
  MappingConfig mapping;
  MappingMode mapping_mode =
      MappingMode::full;  ///< of the cost: full is an export's, fast a search's trials'
};

/// An architecture judged: trained, scored over a month of drift, mapped.
struct Evaluation {
  bool failed = false;
  std::string reason;
  std::vector<std::string> notes;  ///< on weights that were given (complete_parameters)
  Parameters parameters;
  Score score;
  std::optional<TrainingCheckpoint> checkpoint;  ///< of a training that is not done: it can go on from here
  std::optional<Cost>
      cost;  ///< empty when it does not fit the chip (see unmapped_reason) or is not trained yet
  std::string unmapped_reason;
  std::vector<std::string> from_hermes64 = {};  ///< ChipConfig::from_hermes64 of the chip that it is for
  std::optional<Arithmetic> arithmetic;  ///< of the training's products; none when the weights were given
  double training_mib = 0;  ///< predicted memory of a training step; 0 when the weights were given
  double wall_s = 0;
};

/// The samples that an architecture is judged with.
struct Splits {
  const Samples& train;     ///< trained and calibrated on
  const Samples& held_out;  ///< scored on
};

/// Trains, calibrates, scores, maps. The key decides initial weights, order, noise
/// and devices. A `part` that ends before the last epoch is scored as it stands and not mapped.
Evaluation evaluate(const Architecture& architecture, const Splits& splits, const EvaluationConfig& config,
                    RandomKey key, const EpochCallback& on_epoch = {}, const TrainingPart& part = {});

/// Makes weights that were not trained here, or were trained for other hardware, fit for this one: input
/// ranges that are missing are calibrated on `train`, then [post_training]'s ranges. Notes as
/// complete_parameters, which also says what it throws.
std::vector<std::string> prepare_parameters(const CompiledCandidate& candidate, Parameters& parameters,
                                            const Samples& train, const PostTrainingConfig& config);

/// Scores trained weights again on fresh devices and maps them; input ranges that are missing, and
/// [post_training], are calibrated first, on the training samples. Throws ConfigError as complete_parameters.
Evaluation rescore(const Architecture& architecture, const Parameters& parameters, const Splits& splits,
                   const EvaluationConfig& config, RandomKey key);

/// score.json (README lists its keys; the metric is a fraction of 1).
std::string score_json(const Architecture& architecture, const Evaluation& evaluation, std::uint64_t seed);

/// A winner folder: architecture.json, weights.safetensors, score.json, and, where the data were made of
/// recordings, features.json: `features` (Dataset::features). The chip/ export is written beside them by
/// export_chip. Throws RunError.
void save_candidate(const std::filesystem::path& folder, const Architecture& architecture,
                    const Evaluation& evaluation, std::uint64_t seed, const std::string& features);

struct Candidate {
  Architecture architecture;
  Parameters parameters;
  std::string features;  ///< empty where there is no features.json
};
/// Reads architecture.json, weights.safetensors and features.json. Throws DataError or ArchitectureError.
Candidate load_candidate(const std::filesystem::path& folder);

}  // namespace mho
