// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/evolution.hpp"

#include <algorithm>
#include <set>

#include "search/judges/function_evaluator.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// Genomes that are far from each other: stem channels 8, 16, ... with everything else fixed and only kernels
/// mutable, so that a child tells its parent.
const SpaceConfig marked{{8, 16, 24, 32, 48, 64}, {3, 5, 7}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};

Trial marked_trial(int number, int channels, double accuracy, double avm) {
  auto trial = make_trial(number, accuracy, 0.004, avm);
  trial.genome = AnalogNasGenome{channels, 3, {MainBlock{}}};
  return trial;
}

SearchConfig only_kernels() {
  SearchConfig search;
  search.population = 6;
  search.width_mutation = search.depth_mutation = 0;
  return search;
}

std::set<int> parents_seen(const std::vector<Trial>& history) {
  const Space space{marked};
  const auto search = only_kernels();
  std::set<int> channels;
  for (int draw = 0; draw < 200; ++draw)
    channels.insert(
        static_cast<int>(propose_evolution({space, search, history, 6, draw}).whole("stem_channels")));
  return channels;
}

/// Prefers narrow, deep networks of type D with a large stem kernel.
double separable_quality(const Genome& flat) {
  const auto genome = analognas_genome(flat);
  double quality = 0.5 + 0.1 * genome.stem_kernel / 7 - 0.005 * genome.stem_channels;
  for (const auto& block : genome.blocks)
    quality += 0.1 * (block.type == BlockType::D) + 0.02 * block.residual_blocks - 0.05 * block.widening;
  return quality;
}

class Oracle : public Surrogate {
 public:
  void fit(const Space&, std::span<const Trial>, RandomKey) override {}
  std::vector<Prediction> predict(std::span<const Genome> genomes) const override {
    std::vector<Prediction> predictions;
    for (const auto& genome : genomes)
      predictions.push_back({synthetic_accuracy(genome), 0, 0.004, synthetic_trial(0, genome).score->avm});
    return predictions;
  }
  void save(const std::filesystem::path&) const override {}
};

}  // namespace

TEST_CASE("the first generation of evolution is a Latin hypercube") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.population = 12;
  std::map<int, int> channels;
  for (int trial = 0; trial < 12; ++trial)
    ++channels[static_cast<int>(propose_evolution({space, search, {}, trial, 0}).whole("stem_channels"))];
  CHECK(channels.size() == 6);
  for (const auto& [value, count] : channels) CHECK(count == 2);
}

TEST_CASE("parents are the top half of everything under the accuracy-variation bound") {
  const std::vector<Trial> history{marked_trial(0, 8, 0.70, 5),   marked_trial(1, 16, 0.90, 5),
                                   marked_trial(2, 24, 0.99, 50),  // the best, but it breaks T_AVM
                                   marked_trial(3, 32, 0.80, 5),  marked_trial(4, 48, 0.85, 5),
                                   marked_trial(5, 64, 0.60, 5)};
  CHECK(parents_seen(history) == std::set<int>{16, 48, 32});  // three of five
}

TEST_CASE("the parents are never more than half a population, however long the history") {
  std::vector<Trial> history;
  for (int i = 0; i < 5; ++i) history.push_back(marked_trial(i, 8, 0.5, 5));
  for (int i = 5; i < 10; ++i) history.push_back(marked_trial(i, 16, 0.6, 5));
  history.push_back(marked_trial(10, 24, 0.7, 5));
  history.push_back(marked_trial(11, 32, 0.8, 5));
  history.push_back(marked_trial(12, 48, 0.9, 5));
  CHECK(parents_seen(history) == std::set<int>{24, 32, 48});
}

TEST_CASE("failed trials are no parents") {
  std::vector<Trial> history{marked_trial(0, 8, 0.9, 5), marked_trial(1, 16, 0.8, 5),
                             marked_trial(2, 24, 0.7, 5)};
  history[0].failed = true;
  history[0].score.reset();
  CHECK(parents_seen(history) == std::set<int>{16});
}

TEST_CASE("a child differs from its parent") {
  const std::vector<Trial> history{marked_trial(0, 8, 0.9, 5)};
  const Space space{marked};
  const auto search = only_kernels();
  for (int draw = 0; draw < 50; ++draw)
    CHECK(static_cast<int>(propose_evolution({space, search, history, 6, draw}).whole("stem_kernel")) != 3);
}

TEST_CASE("a generation without parents is a fresh Latin hypercube") {
  const std::vector<Trial> history{marked_trial(0, 8, 0.9, 50), marked_trial(1, 16, 0.9, 60)};
  CHECK(parents_seen(history).size() == 6);
}

TEST_CASE("evolution finds better networks than random search in the same number of trials") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objective = Objective::accuracy;
  const auto best_of = [&](const std::string& proposer) {
    std::vector<Trial> history;
    double best = 0;
    for (int trial = 0; trial < 48; ++trial) {
      const auto earlier =
          std::span(history).first(static_cast<size_t>(trial / search.population * search.population));
      const auto genome = make_proposer(proposer)({space, search, earlier, trial, 0});
      history.push_back(make_trial(trial, separable_quality(genome), 0.004, 5));
      history.back().genome = genome;
      best = std::max(best, separable_quality(genome));
    }
    return best;
  };
  double lead = 0;
  for (search.seed = 0; search.seed < 10; ++search.seed) lead += best_of("evolution") - best_of("random");
  CHECK(lead > 0.3);  // of qualities between 0 and 1.2, over ten seeds
}

TEST_CASE("screening by a surrogate that knows the truth makes better children, but for one trial in four") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objective = Objective::accuracy;
  const auto history = synthetic_trials(space, 64, 6);
  const Oracle surrogate;
  double plain = 0, screened = 0;
  for (int trial = 64; trial < 72; ++trial) {
    const ProposalRequest request{space, search, history, trial, 0};
    auto guided = request;
    guided.surrogate = &surrogate;
    const auto child = propose_evolution(guided);
    if (trial % 8 % 4 == 3)
      CHECK(child == propose_evolution(request));
    else
      plain += synthetic_accuracy(propose_evolution(request)), screened += synthetic_accuracy(child);
  }
  CHECK(screened > plain + 6 * 0.003);
  CHECK(screened > 6 * 0.9235);  // the best there is has 0.9240
}

TEST_CASE("genomes that the surrogate sees break T_AVM are chosen last") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objective = Objective::accuracy;
  search.max_avm = 4.5;  // of the synthetic networks those with at least 48 channels in the stem
  const auto history = synthetic_trials(space, 64, 6);
  const Oracle surrogate;
  for (int trial = 64; trial < 67; ++trial) {
    ProposalRequest request{space, search, history, trial, 0};
    request.surrogate = &surrogate;
    CHECK(static_cast<int>(propose_evolution(request).whole("stem_channels")) >= 48);
  }
}

TEST_CASE(
    "evolution with a surrogate, NSGA-II and Bayesian optimisation beat random search at equal trials") {
  const TemporaryFolder folder;
  const auto best_of = [&](const std::string& proposer, SurrogateKind surrogate, std::uint64_t seed) {
    SearchConfig search{.proposer = proposer,
                        .trials = 48,
                        .seed = seed,
                        .objective = Objective::accuracy,
                        .surrogate = surrogate,
                        .surrogate_pool = 128,
                        .winners = 1};
    const auto result =
        run_search(function_config({}, search), {.folder = folder / (proposer + std::to_string(seed))},
                   FunctionEvaluator(
                       [](const Genome& genome, int) { return valued_trial(synthetic_accuracy(genome)); }));
    return result.winners.at(0).trial.score->at(one_day_s).mean;
  };
  double evolution = 0, nsga2 = 0, bayesian = 0;
  constexpr int seeds = 4;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const double random = best_of("random", SurrogateKind::none, seed);
    evolution += best_of("evolution", SurrogateKind::gp, seed) - random;
    nsga2 += best_of("nsga2", SurrogateKind::none, seed) - random;
    bayesian += best_of("bayesian", SurrogateKind::none, seed) - random;
  }
  // Random search is about 0.006 from the best there is.
  CHECK(evolution / seeds > 0.002);
  CHECK(nsga2 / seeds > 0.0005);
  CHECK(bayesian / seeds > 0.003);
}
