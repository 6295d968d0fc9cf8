// SPDX-License-Identifier: Apache-2.0
#include "search/models/gp_surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "search/models/genome_features.hpp"
#include "search/models/informative.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array output_names{"accuracy_1d", "log_deviation_1d", "avm_points"};

Json numbers(const Eigen::VectorXd& values) { return std::vector<double>(values.begin(), values.end()); }

using Targets = std::array<double, 3>;

void keep_informative(std::vector<Genome>& genomes, std::vector<Targets>& rows, std::size_t most) {
  std::vector<double> merits;
  for (const auto& row : rows) merits.push_back(row[0]);
  size_t kept = 0;
  for (const size_t row : informative(merits, most)) {
    if (row != kept) genomes[kept] = std::move(genomes[row]), rows[kept] = rows[row];
    ++kept;
  }
  genomes.resize(kept), rows.resize(kept);
}

}  // namespace

Eigen::VectorXd fenced_below(const Eigen::VectorXd& values) {
  Eigen::VectorXd sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double lower = sorted[sorted.size() / 4], upper = sorted[sorted.size() - 1 - sorted.size() / 4];
  return values.cwiseMax(lower - 3 * (upper - lower));
}

void GpSurrogate::fit(const Space& space, std::span<const Trial> trials, RandomKey key) {
  std::vector<Genome> genomes;
  std::vector<Targets> rows;
  for (const auto& trial : trials) {
    if (trial.failed || !trial.score) continue;
    const auto& day = trial.score->at(one_day_s);
    genomes.push_back(trial.genome);
    rows.push_back({day_gain(*trial.score), std::log(std::max(day.standard_deviation, smallest_deviation)),
                    trial.score->avm});
  }
  keep_informative(genomes, rows, most_observed_);
  if (rows.empty()) throw RunError("surrogate gp: expected a trial with a score to learn from, got none");
  const auto features = genome_features(space, genomes);
  space_ = space;
  parallel_for(processes_.size(), [&](std::size_t output) {
    const double sign = output == 0 ? 1 : -1;  // deviation and AVM are bad when large
    Eigen::VectorXd values(std::ssize(rows));
    for (Eigen::Index i = 0; i < values.size(); ++i) values[i] = sign * rows[static_cast<size_t>(i)][output];
    processes_[output].fit(features, sign * fenced_below(values), feature_groups(space),
                           key.with("output", output));
  });
}

std::vector<Prediction> GpSurrogate::predict(std::span<const Genome> genomes) const {
  if (!space_) throw RunError("surrogate gp: expected to be fitted before it predicts");
  const auto features = genome_features(*space_, genomes);
  std::array<GaussianProcess::Posterior, 3> posteriors;
  parallel_for(processes_.size(),
               [&](std::size_t output) { posteriors[output] = processes_[output].predict(features); });
  std::vector<Prediction> predictions(genomes.size());
  for (size_t i = 0; i < predictions.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    predictions[i] = {posteriors[0].mean[row], posteriors[0].deviation[row],
                      std::exp(posteriors[1].mean[row]), posteriors[2].mean[row]};
  }
  return predictions;
}

void GpSurrogate::save(const std::filesystem::path& file) const {
  if (!space_) throw RunError("surrogate gp: expected to be fitted before it is saved");
  Json outputs = Json::array(), inputs = Json::array();
  for (const auto& row : processes_[0].inputs().rowwise()) inputs.push_back(numbers(row.transpose()));
  for (size_t i = 0; i < processes_.size(); ++i) {
    const auto& process = processes_[i];
    outputs.push_back({{"name", output_names[i]},
                       {"lengths", numbers(process.parameters().log_lengths.array().exp())},
                       {"noise_ratio", std::exp(process.parameters().log_noise)},
                       {"signal_variance", process.signal_variance()},
                       {"mean", process.mean()},
                       {"weights", numbers(process.weights())}});
  }
  const Json json = {{"format", "mho gp surrogate 1"}, {"space_hash", space_->hash()},
                     {"kernel", "matern52"},           {"column_groups", feature_groups(*space_)},
                     {"inputs", std::move(inputs)},    {"outputs", std::move(outputs)}};
  write_file_atomically(file, json.dump() + "\n");
}

}  // namespace mho
