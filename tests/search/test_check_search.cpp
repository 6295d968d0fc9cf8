// SPDX-License-Identifier: Apache-2.0
#include "search/check_search.hpp"

#include "core/base/error.hpp"
#include "search/judges/function_evaluator.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

std::string refusal(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  return message_of<ConfigError>([&] { check_search(config, options, evaluator); });
}

}  // namespace

TEST_CASE("an evaluator that cannot train in part or measure untrained networks is refused with a reason") {
  auto config = small_config();
  CHECK(refusal(config, {}, fake_evaluator()).empty());
  config.search.fidelity = Fidelity::successive_halving;
  CHECK_THAT(refusal(config, {}, fake_evaluator()), ContainsSubstring("search.fidelity: expected none"));
  config.search.fidelity = Fidelity::none;
  config.search.prefilter = ZeroCostMeasure::naswot;
  CHECK_THAT(refusal(config, {}, fake_evaluator()), ContainsSubstring("search.prefilter: expected none"));
}

TEST_CASE("workers do not share successive halving") {
  auto config = small_config();
  const SearchOptions shared{.folder = "run", .storage = "journal:study"};
  CHECK(refusal(config, shared, fake_evaluator()).empty());
  config.search.fidelity = Fidelity::successive_halving;
  CHECK_THAT(refusal(config, shared, fake_evaluator()),
             ContainsSubstring("search.fidelity: expected none") && ContainsSubstring("--storage"));
}

TEST_CASE("a study's name needs the storage that the study is in") {
  const auto refused = refusal(small_config(), {.folder = {}, .study = "mine"}, fake_evaluator());
  CHECK_THAT(refused,
             ContainsSubstring("--study: expected --storage beside it") && ContainsSubstring("mine"));
  CHECK(refusal(small_config(), {.folder = "run", .storage = "journal:x", .study = "mine"}, fake_evaluator())
            .empty());
}

TEST_CASE("an objective of one's own has neither bounds of a network nor measures of one") {
  const FunctionEvaluator evaluator([](const Genome&, int) { return valued_trial(0.9); });
  auto config = function_config({}, {});
  CHECK(refusal(config, {}, evaluator).empty());
  config.search.max_cores = 3;
  CHECK_THAT(refusal(config, {}, evaluator), ContainsSubstring("search.max_cores"));
  config.search.max_cores = 0;
  config.search.prefilter = ZeroCostMeasure::naswot;
  CHECK_THAT(refusal(config, {}, evaluator), ContainsSubstring("search.prefilter"));
}

TEST_CASE("what is resumed, shared or trained in rungs needs a run folder") {
  const auto config = small_config();
  CHECK(refusal(config, {}, fake_evaluator()).empty());
  CHECK_THAT(refusal(config, {.resume = true}, fake_evaluator()),
             ContainsSubstring("--resume: expected a run folder"));
  CHECK_THAT(refusal(config, {.storage = "journal:x"}, fake_evaluator()),
             ContainsSubstring("--storage: expected a run folder"));
}
