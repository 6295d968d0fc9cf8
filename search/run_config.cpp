// SPDX-License-Identifier: Apache-2.0
#include "search/run_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "evaluators/training/weight_store.hpp"
#include "search/candidate_config.hpp"
#include "search/generations/fidelity.hpp"
#include "search/proposers/proposer.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

/// A file named in a run file is relative to it.
void make_absolute(std::string& file, const std::filesystem::path& run_file) {
  if (!file.empty())
    file = std::filesystem::absolute(run_file.parent_path() / file).lexically_normal().string();
}

/// bfloat16 is float32 on a processor without such products: a run folder and a study hold what was computed
/// with.
void resolve_scoring_arithmetic(ScoringConfig& scoring) {
  if (!has_bfloat16()) scoring.arithmetic = Arithmetic::float32;
}

/// What would be ignored is refused.
void check_surrogate(const SearchConfig& search) {
  const bool screened = search.surrogate != SurrogateKind::none;
  const auto traits = proposer_traits(search.proposer);
  if (screened && !traits.screens)
    throw ConfigError(
        fmt::format("search.surrogate: expected \"none\" with proposer {}, because only evolution screens "
                    "with it, got \"{}\"",
                    search.proposer, word_of(search.surrogate)));
  if (!search.warm_start.empty() && !screened && !traits.learns)
    throw ConfigError(
        "search.warm_start: expected [] without a surrogate or the bayesian proposer to learn from it, got "
        "folders");
}

void check_objectives(const std::vector<Objective>& objectives) {
  if (std::set<Objective>(objectives.begin(), objectives.end()).size() != objectives.size())
    throw ConfigError(
        fmt::format("search.objectives: expected every objective once, got {}", words_for(objectives)));
}

void check_search(const SearchConfig& search, const ChipConfig& chip) {
  check_proposer_name(search.proposer);
  check_surrogate(search);
  check_objectives(search.objectives);
  if (search.max_cores > chip.cores())
    throw ConfigError(fmt::format("search.max_cores: expected at most the {} cores of chip '{}', got {}",
                                  chip.cores(), chip.name, search.max_cores));
  if (search.width_mutation + search.depth_mutation + search.other_mutation <= 0)
    throw ConfigError(
        "search.width_mutation, depth_mutation, other_mutation: expected one above 0, got 0, 0, 0");
}

}  // namespace

std::vector<Section> RunConfig::sections() {
  auto further = space.sections();
  further.push_back({"search", "How genomes are proposed, bounded and ranked.",
                     [this](FieldVisitor& v) { search.fields(v); }});
  return EvaluationTables::sections(std::move(further));
}

void check_run_config(const RunConfig& config) {
  const Space space(config.space);
  check_evaluation_tables(config);
  check_settings(config, space);
  check_search(config.search, config.chip);
  check_fidelity(config.search, config.training.epochs);
}

RunConfig read_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  RunConfig config;
  if (!file.empty()) read_config(file, config.sections());
  for (const auto& assignment : assignments) set_config(assignment, config.sections());
  make_absolute(config.chip_selection.file, file);
  make_absolute(config.hardware.device_parameters.table.file, file);
  make_absolute(config.space.network, file);
  make_absolute(config.training.from, file);
  make_absolute(config.search.from, file);
  make_absolute(config.hardware.device_parameters.pulse_table.file, file);
  for (auto& folder : config.search.warm_start) make_absolute(folder, file);
  if (!config.chip_selection.file.empty()) config.chip = load_chip(config.chip_selection.file);
  config.hardware.row_split = config.mapping.row_split;
  resolve_objective(config.task, config.search);
  return config;
}

RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  auto config = read_run_config(file, assignments);
  try {
    resolve_g_max(config.hardware);
    resolve_arithmetic(config.training);
    resolve_scoring_arithmetic(config.scoring);
    check_run_config(config);
  } catch (const ConfigError& error) {
    throw ConfigError(file.string() + ": " + error.what());
  }
  return config;
}

}  // namespace mho
