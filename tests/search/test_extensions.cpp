// SPDX-License-Identifier: Apache-2.0
#include "search/extensions.hpp"

#include "core/base/error.hpp"
#include "search/run_search.hpp"
#include "search/study/trial_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// A store of which another worker trains every trial with an odd number, the first time it is asked.
class TwoWorkers : public TrialStore {
 public:
  std::string notice() const override { return "another study is here"; }
  void refresh() override {
    for (const auto& [number, genome] : others_) {
      auto trial = make_trial(number, 0.5, 0.1, 1);
      trial.genome = genome;
      trials_.insert_or_assign(number, trial);
    }
    others_.clear();
  }
  bool claim(int number, const Genome& genome) override {
    if (number % 2 == 1) others_[number] = genome;
    return number % 2 == 0;
  }
  void release(int) override {}
  void wait_for_others() override {}
  void record(const Trial& trial) override { trials_.insert_or_assign(trial.number, trial); }

 private:
  std::map<int, Genome> others_;
};

}  // namespace

TEST_CASE("without a host, what only a host can do is an error that names the program that can") {
  auto config = small_config();
  config.search.proposer = "optuna:tpe";
  CHECK_NOTHROW(check_run_config(config));
  CHECK_THAT(message_of<ConfigError>([&] { make_proposer(config, {}); }),
             ContainsSubstring("search.proposer = optuna:tpe: needs the Python package mho") &&
                 ContainsSubstring("python -m mho search"));
  CHECK_THAT(message_of<ConfigError>([&] { make_host_surrogate("xgboost", {}); }),
             ContainsSubstring("search.surrogate = xgboost: needs"));
  CHECK_THAT(message_of<ConfigError>([&] {
               open_storage({"journal:x", "run", config, nullptr}, {});
             }),
             ContainsSubstring("--storage: needs"));
}

TEST_CASE("a refused search leaves no folder") {
  const TemporaryFolder folder;
  auto config = small_config();
  CHECK_THROWS_AS(run_search(config, {.folder = folder / "run", .storage = "journal:x"}, fake_evaluator()),
                  ConfigError);
  CHECK_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_CASE("a host's proposer proposes, and is told of earlier generations") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.proposer = "optuna:random";
  std::vector<size_t> known(static_cast<size_t>(config.search.trials), 99);
  SearchExtensions extensions;
  extensions.make_proposer = [&](const std::string& name, const RunConfig&) -> Proposer {
    CHECK(name == "optuna:random");
    return [&](const ProposalRequest& request) {
      known[static_cast<size_t>(request.trial)] = request.history.size();
      return make_proposer("random")(request);
    };
  };
  run_search(config, {.folder = folder / "run", .extensions = extensions}, fake_evaluator());
  CHECK(known == std::vector<size_t>{0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12});
}

TEST_CASE("a worker trains what it can claim, waits for the rest and ends with all trials in its folder") {
  const TemporaryFolder folder;
  const auto config = small_config();
  SearchExtensions extensions;
  std::vector<std::string> studies, messages;
  extensions.open_storage = [&](const StorageRequest& request) {
    CHECK(request.url == "journal:x");
    studies.push_back(request.study);
    return std::make_unique<TwoWorkers>();
  };
  const auto result =
      run_search(config, {.folder = folder / "my run", .storage = "journal:x", .extensions = extensions},
                 fake_evaluator());
  CHECK(result.trials.size() == 14);
  CHECK(TrialFile(folder / "my run" / "trials.jsonl").count() == 14);
  for (const auto& trial : result.trials)
    CHECK((trial.score->at(one_day_s).mean == 0.5) == (trial.number % 2 == 1));
  run_search(config,
             {.folder = folder / "other",
              .storage = "journal:x",
              .study = "named",
              .extensions = extensions,
              .on_progress = [&](const SearchProgress& event) { messages.push_back(event.message); }},
             fake_evaluator());
  CHECK(studies == std::vector<std::string>{"my run", "named"});
  CHECK(messages.at(0) == "another study is here");
}
