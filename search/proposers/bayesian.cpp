// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/bayesian.hpp"

#include <algorithm>
#include <memory>

#include "core/base/parallel.hpp"
#include "search/models/bayesian_models.hpp"
#include "search/models/expected_improvement.hpp"
#include "search/proposers/history_orders.hpp"
#include "search/proposers/mutation.hpp"
#include "search/proposers/screening.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

constexpr int monte_carlo_samples = 64;
constexpr size_t parents_kept = 8;  // whose mutants join the pool
constexpr int refinements = 3, refined = 10, neighbours = 10;

/// What the acquisition compares a candidate with: expected values of what is known, all keeping T_AVM.
struct Incumbents {
  std::vector<std::vector<double>> gains;
  std::vector<double> reference;  ///< a little worse than the worst known, objective by objective
};

Incumbents incumbents(const BayesianModels& models, const std::vector<bool>& keeps) {
  Incumbents known;
  const auto& means = models.known_means;
  for (Eigen::Index i = 0; i < means.rows(); ++i)
    if (keeps[static_cast<size_t>(i)]) {
      const Eigen::VectorXd row = means.row(i).head(means.cols() - 1);
      known.gains.emplace_back(row.begin(), row.end());
    }
  for (Eigen::Index d = 0; d + 1 < means.cols(); ++d) {
    const double worst = means.col(d).minCoeff(), best = means.col(d).maxCoeff();
    known.reference.push_back(worst - 0.1 * (best - worst) - 1e-9);
  }
  return known;
}

double improvement(const std::vector<Belief>& beliefs, const Incumbents& known,
                   const Eigen::MatrixXd& normals) {
  if (beliefs.size() == 1) {
    double best = known.gains.front()[0];
    for (const auto& gains : known.gains) best = std::max(best, gains[0]);
    return expected_improvement(beliefs[0], best);
  }
  if (beliefs.size() == 2)
    return expected_hypervolume_improvement({beliefs[0], beliefs[1]}, known.gains,
                                            {known.reference[0], known.reference[1]});
  return expected_hypervolume_improvement(beliefs, known.gains, known.reference, normals);
}

/// The acquisition of each genome. The tie-break looks at optimistic gains, for where improvements underflow.
std::vector<Desire> desires(const ProposalRequest& request, const BayesianModels& models,
                            const Incumbents& known, const Eigen::MatrixXd& normals,
                            const std::vector<Genome>& genomes) {
  const auto posteriors = models.predict(request.space, genomes);
  std::vector<Desire> wanted(genomes.size());
  parallel_for(genomes.size(), [&](std::size_t i) {
    const auto row = static_cast<Eigen::Index>(i);
    std::vector<Belief> beliefs;
    double optimistic = 0;
    for (const auto& posterior : posteriors) {
      beliefs.push_back({posterior.mean[row], posterior.deviation[row]});
      optimistic += beliefs.back().mean + beliefs.back().deviation;
    }
    const auto avm = beliefs.back();  // as a gain: negated
    beliefs.pop_back();
    const double margin = request.search.max_avm + avm.mean;
    const double kept = normal_cdf(margin / std::max(avm.deviation, 1e-12));
    wanted[i] = {kept * (known.gains.empty() ? 1.0 : improvement(beliefs, known, normals)), optimistic};
  });
  return wanted;
}

std::vector<Genome> first_pool(const ProposalRequest& request, Random& random) {
  const int half = std::max(1, request.search.surrogate_pool / 2);
  std::vector<Genome> parents;
  const auto order = by_front(request);
  for (size_t i = 0; i < std::min(order.size(), parents_kept); ++i) parents.push_back(order[i]->genome);
  auto pool = mutants(request, parents, half, random);
  const auto anywhere = mutants(request, {}, half, random);
  pool.insert(pool.end(), anywhere.begin(), anywhere.end());
  return pool;
}

/// One-gene neighbours of the most wanted genomes.
std::vector<Genome> nearby(const ProposalRequest& request, const std::vector<Genome>& pool,
                           const std::vector<Desire>& wanted, Random& random) {
  const auto order = by_desire(wanted);
  std::vector<Genome> found;
  for (size_t i = 0; i < std::min<size_t>(order.size(), refined); ++i)
    for (int n = 0; n < neighbours; ++n)
      found.push_back(
          mutate_some(pool[order[i]], n % 2 ? GeneFamily::depth : GeneFamily::width, request.space, random));
  return found;
}

Genome maximise(const ProposalRequest& request, const BayesianModels& models,
                const std::vector<bool>& keeps) {
  const auto known = incumbents(models, keeps);
  Random random(request.key());
  Eigen::MatrixXd normals(monte_carlo_samples, std::ssize(known.reference));
  for (auto& normal : normals.reshaped()) normal = random.normal();
  auto pool = first_pool(request, random);
  auto wanted = desires(request, models, known, normals, pool);
  for (int round = 0; round < refinements; ++round) {
    const auto more = nearby(request, pool, wanted, random);
    const auto their = desires(request, models, known, normals, more);
    pool.insert(pool.end(), more.begin(), more.end());
    wanted.insert(wanted.end(), their.begin(), their.end());
  }
  return most_wanted(request, pool, wanted);
}

Genome propose(const ProposalRequest& request, BayesianMemory& memory) {
  const int population = request.search.population;
  auto observations = observe(request);
  const bool too_early = request.generation() == 0 && request.earlier.empty();
  if (too_early || observations.scored < 2)
    return from_latin_hypercube(request, request.generation(), population, request.trial % population);
  observations = thinned(std::move(observations), static_cast<size_t>(request.search.surrogate_observations));
  const auto models = memory.models(request, observations);
  auto keeps = observations.keeps;
  keeps.resize(keeps.size() + request.pending.size(), true);  // of a batch, what is pending is believed to
  return maximise(request, models, keeps);
}

}  // namespace

Proposer make_bayesian() {
  return [memory = std::make_shared<BayesianMemory>()](const ProposalRequest& request) {
    return propose(request, *memory);
  };
}

}  // namespace mho
