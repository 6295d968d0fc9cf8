// SPDX-License-Identifier: Apache-2.0
#include "search/study/run_folder.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

std::string resume_refusal(void (*change)(RunConfig&)) {
  const TemporaryFolder folder;
  auto config = small_config();
  open_run_folder(folder / "run", config, RunStart::fresh);
  change(config);
  return message_of<ConfigError>([&] { open_run_folder(folder / "run", config, RunStart::resumed); });
}

}  // namespace

TEST_CASE("a run folder can be loaded on its own, chip and all") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.chip.name = "mine";
  config.search.objective = Objective::accuracy_over_sigma;  // as loading settles it
  config.chip.grid_rows = 3;
  open_run_folder(folder / "run", config, RunStart::fresh);
  const auto loaded = load_run_config(folder / "run" / "config.toml", {});
  CHECK(loaded.chip.name == "mine");
  CHECK(loaded.chip.grid_rows == 3);
  CHECK(loaded.search.seed == config.search.seed);
  CHECK_NOTHROW(open_run_folder(folder / "run", loaded, RunStart::resumed));
}

TEST_CASE("resuming with the same configuration is allowed, with another one the first difference is named") {
  CHECK(resume_refusal([](RunConfig&) {}).empty());
  CHECK_THAT(resume_refusal([](RunConfig& c) { c.search.seed = 12; }),
             ContainsSubstring("config.toml: search.seed: the run was started with 11, got 12"));
  CHECK_THAT(resume_refusal([](RunConfig& c) {
               c.space.widening = {1, 3};
               c.search.seed = 12;
             }),
             ContainsSubstring("space.widening: the run was started with [1, 2], got [1, 3]"));
  CHECK_THAT(resume_refusal([](RunConfig& c) { c.search.proposer = "random"; }),
             ContainsSubstring("search.proposer: the run was started with") &&
                 ContainsSubstring("evolution") && ContainsSubstring("random"));
  CHECK_THAT(resume_refusal([](RunConfig& c) { c.training.arithmetic = TrainingArithmetic::bfloat16; }),
             ContainsSubstring("config.toml: training.arithmetic: the run was started with 'float32', got "
                               "'bfloat16' ('auto' is decided by each machine's processor"));
  CHECK_THAT(resume_refusal([](RunConfig& c) { c.chip.grid_rows = 4; }),
             ContainsSubstring("chip.toml: chip.grid_rows: the run was started with 2, got 4"));
}

TEST_CASE("a key that the run did not know had its default") {
  const TemporaryFolder folder;
  auto config = small_config();
  open_run_folder(folder / "run", config, RunStart::fresh);
  const RunFolder run{folder / "run"};
  auto text = read_text_file(run.config());
  const auto line = text.find("max_draws");
  text.erase(line, text.find('\n', line) + 1 - line);
  write_file_atomically(run.config(), text);
  CHECK_NOTHROW(open_run_folder(folder / "run", config, RunStart::resumed));
  config.search.max_draws = 999;
  CHECK_THAT(message_of<ConfigError>([&] { open_run_folder(folder / "run", config, RunStart::resumed); }),
             ContainsSubstring("search.max_draws: the run was started with") && ContainsSubstring("got 999"));
}

TEST_CASE("a folder with trials is not started again, one without a configuration is not resumed") {
  const TemporaryFolder folder;
  auto config = small_config();
  open_run_folder(folder / "run", config, RunStart::fresh);
  const RunFolder run{folder / "run"};
  CHECK_NOTHROW(
      open_run_folder(folder / "run", config, RunStart::fresh));  // nothing was recorded: nothing to lose
  append_line_durably(run.trials(), "{}");
  CHECK_THAT(message_of<ConfigError>([&] { open_run_folder(folder / "run", config, RunStart::fresh); }),
             ContainsSubstring("holds a run already"));
  CHECK_THAT(message_of<ConfigError>([&] { open_run_folder(folder / "other", config, RunStart::resumed); }),
             ContainsSubstring("expected a run to resume"));
}

TEST_CASE("a search holds its folder alone, workers of a storage hold it together") {
  const TemporaryFolder folder;
  const auto config = small_config();
  const auto refused = [&](RunStart start) {
    return message_of<ConfigError>([&] { open_run_folder(folder / "run", config, start); });
  };
  {
    const auto run = open_run_folder(folder / "run", config, RunStart::fresh);
    for (const auto start : {RunStart::fresh, RunStart::resumed, RunStart::joined})
      CHECK_THAT(refused(start), ContainsSubstring("run: another search is at work in this folder"));
  }
  CHECK(refused(RunStart::resumed).empty());
  const auto one = open_run_folder(folder / "run", config, RunStart::joined);
  const auto another = open_run_folder(folder / "run", config, RunStart::joined);
  CHECK_THAT(refused(RunStart::resumed), ContainsSubstring("another search is at work"));
}

TEST_CASE("nothing is written into a folder that there is no run in to resume") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(open_run_folder(folder / "run", small_config(), RunStart::resumed), ConfigError);
  CHECK_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_CASE("more trials extend a run and stand in its configuration, fewer are refused") {
  const TemporaryFolder folder;
  auto config = small_config();
  open_run_folder(folder / "run", config, RunStart::fresh);
  config.search.trials = 20;
  open_run_folder(folder / "run", config, RunStart::resumed);
  CHECK(load_run_config(folder / "run" / "config.toml", {}).search.trials == 20);
  config.search.trials = 14;
  CHECK_THAT(message_of<ConfigError>([&] { open_run_folder(folder / "run", config, RunStart::resumed); }),
             ContainsSubstring("search.trials: the run was started with 20, got 14"));
}

TEST_CASE("runs that are not the beginning of a longer one are not extended") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& run, RunConfig config, int trials) {
    open_run_folder(folder / run, config, RunStart::fresh);
    config.search.trials = trials;
    return message_of<ConfigError>([&] { open_run_folder(folder / run, config, RunStart::resumed); });
  };
  auto config = small_config();
  config.search.proposer = "latin_hypercube";
  CHECK_THAT(refused("design", config, 20), ContainsSubstring("the run was started with 14, got 20") &&
                                                ContainsSubstring("one design over all trials"));
  config = small_config();
  config.search.fidelity = Fidelity::successive_halving;
  CHECK_THAT(refused("torn bracket", config, 20), ContainsSubstring("its last generation of 2 without"));
  config.search.trials = 12;
  CHECK(refused("whole brackets", config, 20).empty());
}

TEST_CASE("a folder that cannot be made is an error of the run") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("x"));
  CHECK_THAT(message_of<RunError>(
                 [&] { open_run_folder(folder / "file" / "run", small_config(), RunStart::fresh); }),
             ContainsSubstring("file"));
}
