// SPDX-License-Identifier: Apache-2.0
#include "search/models/warm_start.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/judges/function_evaluator.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

SearchResult search_synthetic(const SearchConfig& search, const std::filesystem::path& folder,
                              const SpaceConfig& space = {}) {
  return run_search(function_config(space, search), {.folder = folder},
                    FunctionEvaluator([](const Genome& genome, int) { return synthetic_trial(0, genome); }));
}

SearchConfig of_accuracy(int trials) {
  SearchConfig search;
  search.objective = Objective::accuracy;
  search.trials = trials;
  search.surrogate_pool = 128;
  return search;
}

}  // namespace

TEST_CASE("a surrogate that learns from an earlier run screens from the first generation on") {
  const TemporaryFolder folder;
  search_synthetic(of_accuracy(48), folder / "earlier");
  auto search = of_accuracy(16);
  search.seed = 5;
  search.surrogate = SurrogateKind::gp;
  const auto cold = search_synthetic(search, folder / "cold");
  search.warm_start = {(folder / "earlier").string()};
  const auto warm = search_synthetic(search, folder / "warm");
  CHECK(cold.surrogate->used_generations == 0);
  CHECK(warm.surrogate->used_generations == 2);
  CHECK(mean_accuracy(warm.trials) > mean_accuracy(cold.trials) + 0.01);
}

TEST_CASE("folders of another space or of no run are refused with the reason") {
  const TemporaryFolder folder;
  search_synthetic(of_accuracy(8), folder / "earlier", {.stem_kernels = {3, 5}});
  const Space space{SpaceConfig{}};
  CHECK_THAT(message_of<ConfigError>([&] { load_earlier_trials({(folder / "earlier").string()}, space); }),
             ContainsSubstring("search.warm_start") && ContainsSubstring("expected a run of this space") &&
                 ContainsSubstring("gene stem_kernel: ") && ContainsSubstring("[3,5]") &&
                 ContainsSubstring("[3,5,7]"));
  CHECK_THAT(message_of<ConfigError>([&] { load_earlier_trials({(folder / "nothing").string()}, space); }),
             ContainsSubstring("expected a run folder"));
  const Space same{SpaceConfig{.stem_kernels = {5, 3}}};
  CHECK(load_earlier_trials({(folder / "earlier").string()}, same).size() == 8);
}
