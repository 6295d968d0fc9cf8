// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <mutex>
#include <vector>

#include "search/models/gaussian_process.hpp"
#include "search/proposers/proposer.hpp"

namespace mho {

/// What a Bayesian proposer knows: a row a trial of `earlier` and `history`, a column an objective (modelled
/// gains) and last AVM as a gain, in points, negated.
struct Observations {
  std::vector<Genome> genomes;
  Eigen::MatrixXd gains;
  std::vector<bool> keeps;  ///< T_AVM, of a scored trial of this run: what a proposal must improve on
  int scored = 0;           ///< trials that have all objectives
};

/// Trials without a score (failed, unmapped) get the worst value seen of each column.
Observations observe(const ProposalRequest& request);

/// At most `most` of them, those that `informative` keeps.
Observations thinned(Observations seen, std::size_t most);

/// One Gaussian process a column of Observations::gains, conditioned on pending genomes too.
struct BayesianModels {
  std::vector<GaussianProcess> processes;
  Eigen::MatrixXd known_means;  ///< expected gains of the observed and the pending genomes, row by row

  std::vector<GaussianProcess::Posterior> predict(const Space& space,
                                                  const std::vector<Genome>& genomes) const;
};

/// Fits models, and keeps those of the last observations: fitting is a pure function, so that asking again
/// with the same observations needs none. Calls from several threads wait for each other.
class BayesianMemory {
 public:
  BayesianModels models(const ProposalRequest& request, const Observations& observations);

 private:
  std::mutex busy_;
  std::uint64_t seed_ = 0;
  Eigen::MatrixXd features_, gains_;
  std::vector<GaussianProcess> processes_;
};

}  // namespace mho
