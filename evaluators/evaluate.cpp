// SPDX-License-Identifier: Apache-2.0
#include "evaluators/evaluate.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/given_parameters.hpp"
#include "evaluators/training/calibration.hpp"

namespace mho {
namespace {

void map_candidate(const Architecture& architecture, const EvaluationConfig& config, Evaluation& evaluation) {
  const auto result = map_onto_chip(architecture, config.chip, config.mapping, config.mapping_mode);
  evaluation.from_hermes64 = config.chip.from_hermes64;
  if (result.mapping)
    evaluation.cost = result.mapping->cost;
  else
    evaluation.unmapped_reason = result.reason;
}

/// What follows once there are weights: calibration, score, mapping.
void judge(const CompiledCandidate& candidate, const Splits& splits, const EvaluationConfig& config,
           RandomKey key, Evaluation& evaluation, const TrainedChip* trained = nullptr) {
  fix_input_ranges(candidate, evaluation.parameters);
  optimise_ranges(candidate, splits.train, config.post_training, evaluation.parameters);
  evaluation.score =
      score(candidate, evaluation.parameters, {splits.held_out, metric_of(config.task.metric)},
            config.scoring, key.with("scoring"), {config.post_training, &splits.train, trained});
  if (!evaluation.checkpoint) map_candidate(candidate.architecture(), config, evaluation);
}

}  // namespace

Evaluation evaluate(const Architecture& architecture, const Splits& splits, const EvaluationConfig& config,
                    RandomKey key, const EpochCallback& on_epoch, const TrainingPart& part) {
  const auto start = std::chrono::steady_clock::now();
  const CompiledCandidate candidate(architecture, config.hardware);
  Evaluation evaluation;
  auto trained =
      train(candidate, {splits.train, config.training, config.task.augmentation, config.task.target},
            key.with("training"), on_epoch, part);
  evaluation.failed = trained.failed;
  evaluation.training_mib = trained.memory_mib;
  evaluation.arithmetic = arithmetic_of(config.training);
  evaluation.reason = trained.reason;
  evaluation.parameters = std::move(trained.parameters);
  evaluation.checkpoint = std::move(trained.checkpoint);
  const bool as_trained = config.scoring.from == ScoringStart::trained;
  if (!evaluation.failed)
    judge(candidate, splits, config, key, evaluation, as_trained ? trained.chip.get() : nullptr);
  if (trained.chip) evaluation.score.writes = trained.chip->writes;
  evaluation.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

std::vector<std::string> prepare_parameters(const CompiledCandidate& candidate, Parameters& parameters,
                                            const Samples& train, const PostTrainingConfig& config) {
  auto notes = complete_parameters(candidate, parameters, train);
  optimise_ranges(candidate, train, config, parameters);
  return notes;
}

Evaluation rescore(const Architecture& architecture, const Parameters& parameters, const Splits& splits,
                   const EvaluationConfig& config, RandomKey key) {
  const auto start = std::chrono::steady_clock::now();
  const CompiledCandidate candidate(architecture, config.hardware);
  Evaluation evaluation;
  evaluation.parameters = parameters;
  evaluation.notes = complete_parameters(candidate, evaluation.parameters, splits.train);
  if (config.scoring.from == ScoringStart::trained)
    evaluation.notes.push_back(
        "scoring.from = trained: the weights were given as numbers and are programmed on fresh chips");
  judge(candidate, splits, config, key, evaluation);
  evaluation.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

void save_candidate(const std::filesystem::path& folder, const Architecture& architecture,
                    const Evaluation& evaluation, std::uint64_t seed, const std::string& features) {
  write_file_atomically(folder / "architecture.json", to_json(architecture));
  save_parameters(folder / "weights.safetensors", architecture, evaluation.parameters);
  write_file_atomically(folder / "score.json", score_json(architecture, evaluation, seed));
  if (!features.empty()) write_file_atomically(folder / "features.json", features);
}

namespace {

/// features.json of a winner folder; empty where there is none.
std::string load_features(const std::filesystem::path& file) {
  if (!is_file(file)) return "";
  auto text = read_text_file(file, largest_config);
  check_json_depth(text, file.string());
  if (!nlohmann::json::parse(text, nullptr, false).is_object())
    throw DataError(file.string() + ": expected a JSON object, found something else");
  return text;
}

}  // namespace

Candidate load_candidate(const std::filesystem::path& folder) {
  auto architecture = load_architecture(folder / "architecture.json");
  auto parameters = load_parameters(folder / "weights.safetensors", architecture);
  return {std::move(architecture), std::move(parameters), load_features(folder / "features.json")};
}

}  // namespace mho
