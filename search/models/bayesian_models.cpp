// SPDX-License-Identifier: Apache-2.0
#include "search/models/bayesian_models.hpp"

#include <limits>

#include "core/base/parallel.hpp"
#include "search/models/genome_features.hpp"
#include "search/models/gp_surrogate.hpp"
#include "search/models/informative.hpp"
#include "search/proposers/domination.hpp"
#include "search/study/objective.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

bool same(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

/// Fills a row with the trial's gains; false when it has none.
bool fill_row(const Trial& trial, const std::vector<Objective>& objectives,
              Eigen::Ref<Eigen::RowVectorXd> row) {
  const auto values = objective_values(trial, objectives);
  if (!values) return false;
  for (size_t d = 0; d < objectives.size(); ++d)
    row[static_cast<Eigen::Index>(d)] = modelled_gain(objectives[d], (*values)[d]);
  row[row.size() - 1] = -trial.score->avm;
  return true;
}

/// Adds pending genomes as if they had scored what is expected of them.
BayesianModels believe(BayesianModels models, const Eigen::MatrixXd& features, const Eigen::MatrixXd& gains,
                       const Eigen::MatrixXd& pending) {
  Eigen::MatrixXd inputs(features.rows() + pending.rows(), features.cols());
  inputs.topRows(features.rows()) = features;
  inputs.bottomRows(pending.rows()) = pending;
  models.known_means.resize(inputs.rows(), gains.cols());
  for (size_t i = 0; i < models.processes.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    const Eigen::VectorXd means = models.processes[i].expect(inputs);
    models.known_means.col(column) = means;
    if (pending.rows() == 0) continue;
    Eigen::VectorXd believed = means;
    believed.head(features.rows()) = gains.col(column);
    models.processes[i].condition(inputs, believed);
  }
  return models;
}

}  // namespace

Observations observe(const ProposalRequest& request) {
  const auto objectives = weighed_objectives(request.search);
  Observations seen;
  seen.gains.resize(std::ssize(request.earlier) + std::ssize(request.history), std::ssize(objectives) + 1);
  std::vector<Eigen::Index> missing;
  const auto add = [&](const Trial& trial, bool own) {
    const auto row = std::ssize(seen.genomes);
    Eigen::RowVectorXd gains(seen.gains.cols());
    const bool complete = fill_row(trial, objectives, gains);
    seen.genomes.push_back(trial.genome);
    seen.keeps.push_back(own && complete && keeps_avm(*trial.score, request.search));
    seen.scored += complete;
    if (complete) seen.gains.row(row) = gains;
    if (!complete) missing.push_back(row);
  };
  for (const auto& trial : request.earlier) add(trial, false);
  for (const auto& trial : request.history) add(trial, true);
  if (seen.scored == 0) return seen;
  for (const auto row : missing) seen.gains.row(row).setConstant(std::numeric_limits<double>::infinity());
  const Eigen::RowVectorXd worst = seen.gains.colwise().minCoeff();
  for (const auto row : missing) seen.gains.row(row) = worst;
  return seen;
}

namespace {

/// How good a row is among all: its gain, or of several the front that it is on.
std::vector<double> merits(const Eigen::MatrixXd& gains) {
  if (gains.cols() == 2) return {gains.col(0).begin(), gains.col(0).end()};
  std::vector<ObjectivePoint> points;
  for (const auto& row : gains.rowwise()) {
    const Eigen::VectorXd objectives = row.head(gains.cols() - 1);
    points.push_back({{objectives.begin(), objectives.end()}, 0});
  }
  const auto ranks = front_ranks(points);
  std::vector<double> found;
  for (const int rank : ranks) found.push_back(-rank);
  return found;
}

}  // namespace

Observations thinned(Observations seen, std::size_t most) {
  const auto rows = informative(merits(seen.gains), most);
  if (rows.size() == seen.genomes.size()) return seen;
  Observations kept{{}, seen.gains(rows, Eigen::all), {}, seen.scored};
  for (const auto row : rows) {
    kept.genomes.push_back(std::move(seen.genomes[row]));
    kept.keeps.push_back(seen.keeps[row]);
  }
  return kept;
}

std::vector<GaussianProcess::Posterior> BayesianModels::predict(const Space& space,
                                                                const std::vector<Genome>& genomes) const {
  const auto features = genome_features(space, genomes);
  std::vector<GaussianProcess::Posterior> posteriors(processes.size());
  parallel_for(processes.size(), [&](std::size_t i) { posteriors[i] = processes[i].predict(features); });
  return posteriors;
}

BayesianModels BayesianMemory::models(const ProposalRequest& request, const Observations& observations) {
  const std::lock_guard lock(busy_);
  const auto features = genome_features(request.space, observations.genomes);
  auto gains = observations.gains;
  for (auto column : gains.colwise()) column = fenced_below(column);
  if (seed_ != request.search.seed || !same(features, features_) || !same(gains, gains_)) {
    seed_ = request.search.seed, features_ = features, gains_ = gains;
    processes_.assign(static_cast<size_t>(gains.cols()), {});
    const auto key = RandomKey(seed_).with("bayesian", static_cast<std::uint64_t>(gains.rows()));
    parallel_for(processes_.size(), [&](std::size_t i) {
      processes_[i].fit(features, gains.col(static_cast<Eigen::Index>(i)), feature_groups(request.space),
                        key.with("output", i));
    });
  }
  const std::vector<Genome> pending(request.pending.begin(), request.pending.end());
  return believe({processes_, {}}, features, gains, genome_features(request.space, pending));
}

}  // namespace mho
