// SPDX-License-Identifier: Apache-2.0
#include "search/models/surrogate_check.hpp"

#include <cmath>
#include <set>

#include "search/models/gp_surrogate.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// Knows the truth of what it was not trained on, and remembers what it was.
class Oracle : public Surrogate {
 public:
  void fit(const Space&, std::span<const Trial> trials, RandomKey) override {
    for (const auto& trial : trials) seen_.insert(to_string(trial.genome));
  }
  std::vector<Prediction> predict(std::span<const Genome> genomes) const override {
    std::vector<Prediction> predictions;
    for (const auto& genome : genomes) {
      REQUIRE_FALSE(seen_.contains(to_string(genome)));
      const auto score = *synthetic_trial(0, genome).score;
      predictions.push_back(
          {score.at(one_day_s).mean, 0, -score.at(one_day_s).standard_deviation, score.avm});
    }
    return predictions;
  }
  void save(const std::filesystem::path&) const override {}

 private:
  std::set<std::string> seen_;
};

const auto make_oracle = [] { return std::make_unique<Oracle>(); };
const auto make_gp = [] { return std::make_unique<GpSurrogate>(400); };

}  // namespace

TEST_CASE("cross-validation asks for every trial once, by a surrogate that has not seen it") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objective = Objective::accuracy;
  auto trials = synthetic_trials(space, 33, 1);
  trials[4].failed = true;
  trials[4].score.reset();
  const auto check = cross_validate(make_oracle, space, trials, {}, search, RandomKey(1));
  CHECK(check.trials == 32);
  CHECK(check.accuracy == Approx(1));
  CHECK(check.objective == Approx(1));
  CHECK(check.avm == Approx(1));
  CHECK(check.deviation == Approx(-1));  // the oracle turns it round
}

TEST_CASE("a Gaussian process orders a smooth accuracy, and noise it does not") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objective = Objective::accuracy;
  auto trials = synthetic_trials(space, 60, 1);
  // Five standard deviations of what unrelated orders would give; see below.
  CHECK(cross_validate(make_gp, space, trials, {}, search, RandomKey(1)).objective > 0.45);
  Random random(RandomKey(2));
  for (auto& trial : trials) trial.score = make_score(random.uniform(), 0.01, 5);
  // Of 60 independent pairs tau has a standard deviation of 0.09.
  CHECK(std::abs(cross_validate(make_gp, space, trials, {}, search, RandomKey(1)).objective) < 0.35);
}

TEST_CASE("too few trials tell nothing, unless earlier ones are there to be held out") {
  const Space space{SpaceConfig{}};
  const auto few = synthetic_trials(space, 5, 1), earlier = synthetic_trials(space, 40, 2);
  const auto alone = cross_validate(make_gp, space, few, {}, {}, RandomKey(1));
  CHECK(std::isnan(alone.objective));
  const auto with_earlier = cross_validate(make_gp, space, few, earlier, {}, RandomKey(1));
  CHECK(with_earlier.trials == 40);
  CHECK(with_earlier.accuracy > 0.4);
}
