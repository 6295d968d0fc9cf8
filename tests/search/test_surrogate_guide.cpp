// SPDX-License-Identifier: Apache-2.0
#include "search/models/surrogate_guide.hpp"

#include "core/base/error.hpp"
#include "search/models/warm_start.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

RunConfig with_gp() {
  RunConfig config;
  config.search.surrogate = SurrogateKind::gp;
  config.search.objective = Objective::accuracy;
  return config;
}

std::vector<Trial> noise(std::vector<Trial> trials) {
  Random random(RandomKey(2));
  for (auto& trial : trials) trial.score = make_score(random.uniform(), 0.01, 5);
  return trials;
}

}  // namespace

TEST_CASE("a surrogate is trusted from where its tau reaches the floor, and says so once") {
  const auto config = with_gp();
  const Space space(config.space);
  SurrogateGuide guide(config, {});
  CHECK(guide.learn({}).empty());
  CHECK(guide.trusted() == nullptr);
  CHECK(guide.learn(synthetic_trials(space, 8, 1)).empty());
  CHECK_THAT(guide.learn(synthetic_trials(space, 40, 1)),
             ContainsSubstring("reaches surrogate_floor = 0.3: it screens"));
  CHECK(guide.trusted() != nullptr);
  CHECK(guide.learn(synthetic_trials(space, 48, 1)).empty());
  CHECK_THAT(guide.learn(noise(synthetic_trials(space, 48, 1))),
             ContainsSubstring("is below surrogate_floor = 0.3: plain evolution"));
  CHECK(guide.trusted() == nullptr);
  const TemporaryFolder folder;
  const auto report = guide.conclude(synthetic_trials(space, 56, 1));
  guide.save(folder / "surrogate.json");
  REQUIRE(report);
  CHECK(report->used_generations == 2);
  CHECK(report->generations == 5);
  CHECK(report->check.objective > 0.5);
  CHECK(std::filesystem::exists(folder / "surrogate.json"));
}

TEST_CASE("a run without a surrogate has none") {
  SurrogateGuide guide(RunConfig{}, {});
  CHECK(guide.learn(synthetic_trials(Space{SpaceConfig{}}, 40, 1)).empty());
  CHECK(guide.trusted() == nullptr);
  CHECK_FALSE(guide.conclude({}));
  CHECK_NOTHROW(guide.save("nowhere/surrogate.json"));
}

TEST_CASE("a surrogate that only Python has is refused without it") {
  auto config = with_gp();
  config.search.surrogate = SurrogateKind::xgboost;
  CHECK_THAT(message_of<ConfigError>([&] { SurrogateGuide(config, {}); }),
             ContainsSubstring("search.surrogate = xgboost: needs the Python package"));
  std::string asked;
  SearchExtensions extensions;
  extensions.make_surrogate = [&](const std::string& name) {
    asked = name;
    return make_surrogate({.surrogate = SurrogateKind::gp}, {});
  };
  SurrogateGuide guide(config, extensions);
  CHECK(asked == "xgboost");
}
