// SPDX-License-Identifier: Apache-2.0
#include "search/generations/first_genomes.hpp"

#include <set>

#include "core/base/error.hpp"
#include "search/run_search.hpp"
#include "search/spaces/genome_json.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

std::vector<std::string> some_genomes(const SpaceConfig& config, int count) {
  const Space space(config);
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(genome_to_json(space.genome(i * 500)));
  return texts;
}

std::string refusal(RunConfig config, const std::vector<std::string>& genomes) {
  const TemporaryFolder folder;
  config.search.start_with = genomes;
  auto said =
      message_of<ConfigError>([&] { run_search(config, {.folder = folder / "run"}, fake_evaluator()); });
  CHECK_FALSE(std::filesystem::exists(folder / "run" / "trials.jsonl"));
  return said;
}

}  // namespace

TEST_CASE("the genomes that a search starts with are its first trials, and the others are new") {
  auto config = small_config();
  config.search.start_with = some_genomes(config.space, 10);
  REQUIRE(config.search.population < 10);  // they go on in the second generation
  for (const auto* proposer : {"random", "latin_hypercube", "evolution", "bayesian"}) {
    const TemporaryFolder folder;
    config.search.proposer = proposer;
    const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
    REQUIRE(result.trials.size() == 14);
    std::set<std::string> genomes;
    for (const auto& trial : result.trials) genomes.insert(genome_to_json(trial.genome));
    CHECK(genomes.size() == 14);
    for (size_t i = 0; i < 10; ++i) {
      CHECK(genome_to_json(result.trials[i].genome) == config.search.start_with[i]);
      CHECK(result.trials[i].draws == 1);
    }
  }
}

TEST_CASE("the genes of a genome to start with may stand in any order, as tables of a run file have them") {
  auto config = small_config();
  const auto json = some_genomes(config.space, 2)[1];
  const auto genome = genome_from_json(json);
  std::string reversed;
  for (const auto& entry : genome.entries)
    reversed = genome_to_json({{entry}}).substr(1, genome_to_json({{entry}}).size() - 2) +
               (reversed.empty() ? "" : ", " + reversed);
  config.search.start_with = {"{" + reversed + "}"};
  CHECK(first_genomes(config.search, Space(config.space)) == std::vector{genome});
}

TEST_CASE("genomes that a search cannot start with are refused before anything is trained") {
  const auto config = small_config();
  const auto good = some_genomes(config.space, 2);
  CHECK_THAT(refusal(config, {R"({"stem_kernels": 3})"}), ContainsSubstring("genome 1: "));
  CHECK_THAT(refusal(config, {good[0], "{"}), ContainsSubstring("search.start_with, genome 2: "));
  CHECK_THAT(refusal(config, {R"({"stem_channels": 7})"}),
             ContainsSubstring("search.start_with, genome 1: ") && ContainsSubstring("stem_channels"));
  CHECK_THAT(refusal(config, {good[0], good[1], good[0]}),
             ContainsSubstring("genome 3: expected another one, got genome 1 again"));
  auto few = config;
  few.search.trials = 1;
  CHECK_THAT(refusal(few, good), ContainsSubstring("at most search.trials = 1 genomes, got 2"));
  auto bounded = config;
  bounded.search.max_parameters = 10;
  CHECK_THAT(refusal(bounded, good),
             ContainsSubstring("genome 1: expected one that keeps search.max_parameters = 10"));
}
