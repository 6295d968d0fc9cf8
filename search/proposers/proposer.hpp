// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "search/models/surrogate.hpp"
#include "search/search_config.hpp"
#include "search/spaces/space.hpp"
#include "search/study/trial.hpp"

namespace mho {

class HistoryOrders;

/// All that a proposal depends on.
struct ProposalRequest {
  const Space& space;
  const SearchConfig& search;            ///< seed, population, objective, bounds, mutation probabilities
  std::span<const Trial> history;        ///< every trial of the earlier generations, by number
  int trial = 0;                         ///< the number of the trial that the genome is for
  int draw = 0;                          ///< how many proposals for this trial were refused or known already
  std::span<const Trial> earlier = {};   ///< of earlier runs (search.warm_start): to learn from only
  std::span<const Genome> pending = {};  ///< proposed already for trials of this generation
  const Surrogate* surrogate = nullptr;  ///< trained on history and earlier; null: none that is trusted
  /// Whether a genome is new and keeps the hard constraints; empty: every genome is. For proposers that
  /// choose among many. Takes about as long as mapping a network.
  std::function<bool(const Genome&)> acceptable = {};
  /// Of the history, where a generation's proposals share them; null: whoever wants one makes it.
  const HistoryOrders* orders = nullptr;

  int generation() const { return trial / search.population; }
  /// The stream of random numbers of this proposal.
  RandomKey key() const {
    return RandomKey(search.seed)
        .with("proposal", static_cast<std::uint64_t>(trial))
        .with("draw", static_cast<std::uint64_t>(draw));
  }
};

/// Suggests the next genome: a pure function of the request, so that a resumed run continues exactly.
using Proposer = std::function<Genome(const ProposalRequest&)>;

/// random: uniform over every gene. latin_hypercube: one design over all trials. evolution, nsga2, bayesian:
/// see their headers.
std::vector<std::string> proposer_names();

/// Those of Optuna, which only a host language makes (search/extensions.hpp): "optuna:tpe", ...
std::vector<std::string> host_proposer_names();
bool is_host_proposer(const std::string& name);

/// What a proposer is to the rest of a search; all false of the host's.
struct ProposerTraits {
  bool screens = false;     ///< its proposals with a surrogate
  bool learns = false;      ///< from earlier runs by itself, without a surrogate
  bool one_design = false;  ///< over all trials: a run of it cannot be extended
};
ProposerTraits proposer_traits(const std::string& name);

/// Throws ConfigError (did-you-mean, the known ones listed) unless the name is a native or a host's proposer.
void check_proposer_name(const std::string& name);

/// A native proposer. Throws ConfigError for any other name.
Proposer make_proposer(const std::string& name);

/// Point `index` of a Latin hypercube of `count` points over the space; hypercube `number`, drawn again for
/// each draw.
Genome from_latin_hypercube(const ProposalRequest& request, int number, int count, int index);

}  // namespace mho
