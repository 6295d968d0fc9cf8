// SPDX-License-Identifier: Apache-2.0
#include "search/run_config.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// Without the zero at a literal's end.
void write(const std::filesystem::path& file, const std::string& text) { write_file_atomically(file, text); }

std::string refusal(void (*spoil)(RunConfig&)) {
  RunConfig config;
  spoil(config);
  return message_of<ConfigError>([&] { check_run_config(config); });
}

}  // namespace

TEST_CASE("a run file, assignments and the chip file beside it are read together") {
  const TemporaryFolder folder;
  write(folder / "chips/small.toml", "[chip]\nname = \"small\"\ngrid_rows = 2\ngrid_columns = 3\n");
  write(folder / "run.toml",
        "[search]\ntrials = 5\nproposer = \"random\"\n[chip]\nfile = \"chips/small.toml\"\n");
  const auto config = load_run_config(folder / "run.toml", {"search.trials=6", "search.seed=9"});
  CHECK(config.search.trials == 6);
  CHECK(config.search.seed == 9);
  CHECK(config.search.proposer == "random");
  CHECK(config.chip.name == "small");
  CHECK(config.chip.cores() == 6);
  CHECK(config.evaluation().chip.name == "small");
  CHECK(std::filesystem::path(config.chip_selection.file).is_absolute());
}

TEST_CASE("a run file without a chip is for the built-in one") {
  const TemporaryFolder folder;
  write(folder / "run.toml", "[search]\ntrials = 5\n");
  const auto config = load_run_config(folder / "run.toml", {});
  CHECK(config.chip_selection.file.empty());
  CHECK(config.chip.cores() == 64);
}

TEST_CASE("the written configuration reads back to the same") {
  RunConfig config;
  config.search.objective = Objective::accuracy;
  config.space.widening = {2, 3};
  RunConfig back;
  const auto text = write_config(config.sections());
  read_config_text(text, "text", back.sections());
  CHECK(write_config(back.sections()) == text);
  CHECK(back.space.widening == std::vector<int>{2, 3});
}

TEST_CASE("hardware settings that would have no effect are refused before anything runs") {
  CHECK_THAT(refusal([](RunConfig& c) {
               c.hardware.effects.input_rounding = Rounding::stochastic;
               c.hardware.dac_bits = 0;
             }),
             ContainsSubstring("has no effect with hardware.dac_bits = 0"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.hardware.input_range.mode = InputRangeMode::learned;
               c.training.regime = "digital";
             }),
             ContainsSubstring("no effect with training.regime = digital"));
}

TEST_CASE("wrong words and numbers of the search table are refused with the nearest word") {
  const auto refused = [](const std::string& assignment) {
    RunConfig config;
    return message_of<ConfigError>([&] { set_config(assignment, config.sections()); });
  };
  CHECK_THAT(refused("search.proposer=evolutio"), ContainsSubstring("did you mean 'evolution'"));
  CHECK_THAT(refused("search.objective=accurasy"), ContainsSubstring("did you mean 'accuracy'"));
  CHECK_THAT(refused("search.objectives=['accuracy_1d', 'enrgy']"),
             ContainsSubstring("did you mean 'energy'"));
  CHECK_THAT(refused("search.surrogate=gpp"), ContainsSubstring("did you mean 'gp'"));
  CHECK_THAT(refused("search.trails=3"), ContainsSubstring("did you mean 'trials'"));
  CHECK_THAT(refused("search.trials=0"), ContainsSubstring("got 0"));
  CHECK_THAT(refused("search.width_mutation=1.5"), ContainsSubstring("0 to 1, got 1.5"));
  CHECK_THAT(refused("search.max_avm=-1"), ContainsSubstring("at least 0"));
}

TEST_CASE("what tables must agree on is checked, and the message names key, expectation and value") {
  CHECK_NOTHROW(check_run_config({}));
  CHECK_THAT(refusal([](RunConfig& c) { c.hardware.crossbar_rows = 512; }),
             ContainsSubstring("hardware.crossbar_rows") &&
                 ContainsSubstring("expected 256 x 256 as chip 'hermes64'") &&
                 ContainsSubstring("got 512 x 256"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.hardware.cell.pair_significances = {1, 1, 1};
             }),
             ContainsSubstring("hardware.pair_significances: 3 pairs need 6 devices"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.hardware.programming = {ProgrammingMethod::verify, 10, 0};
             }),
             ContainsSubstring("hardware.verify_margin_us: expected a number above 0, got 0"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.scoring.times_s = {1, 86400};
             }),
             ContainsSubstring("scoring.times_s: expected [1, 86400, 2592000]") &&
                 ContainsSubstring("got [1, 86400]"));
  CHECK_THAT(refusal([](RunConfig& c) { c.search.max_cores = 65; }),
             ContainsSubstring("search.max_cores: expected at most the 64 cores of chip 'hermes64', got 65"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.search.width_mutation = c.search.depth_mutation = c.search.other_mutation = 0;
             }),
             ContainsSubstring("expected one above 0"));
  CHECK_THAT(refusal([](RunConfig& c) { c.search.proposer = "tpe"; }),
             ContainsSubstring("unknown proposer 'tpe'"));
  CHECK_THAT(refusal([](RunConfig& c) { c.space.branches = {3, 1}; }), ContainsSubstring("space.branches"));
}

TEST_CASE("mappings that no score covers and chips that no export can hold are refused before any training") {
  CHECK_THAT(refusal([](RunConfig& c) { c.mapping.depthwise = DepthwisePlace::block_diagonal; }),
             ContainsSubstring("chip.depthwise: expected \"digital\"") &&
                 ContainsSubstring("got \"block_diagonal\""));
  CHECK_THAT(refusal([](RunConfig& c) { c.chip.grid_rows = c.chip.grid_columns = 1024; }),
             ContainsSubstring("chip.grid_rows x grid_columns") && ContainsSubstring("got 1024.00 GiB"));
}

TEST_CASE("the hardware is cut as the mapping is") {
  CHECK(read_run_config("", {}).hardware.row_split == RowSplit::dense);
  const auto config = read_run_config("", {"chip.row_split=channel_aligned"});
  CHECK(config.hardware.row_split == RowSplit::channel_aligned);
  CHECK_NOTHROW(
      check_run_config(read_run_config("", {"chip.row_split=channel_aligned", "hardware.g_max_us=25"})));
}

TEST_CASE("scoring times are checked against the device before anything is trained") {
  CHECK_THAT(
      refusal([](RunConfig& c) { c.hardware.device = "reram_wan2022"; }),
      ContainsSubstring("scoring.times_s: drift time of reram_wan2022") && ContainsSubstring("got 3600 s"));
  CHECK_THAT(refusal([](RunConfig& c) { c.scoring.times_s.push_back(-1); }),
             ContainsSubstring("scoring.times_s: drift time: expected 0 to 1e+12 s, got -1 s"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.hardware.device = "reram_cmo";
               c.hardware.g_max_us = 100;
             }),
             ContainsSubstring("hardware.g_max_us: expected above 9 and at most 88.2 µS"));
  CHECK_THAT(refusal([](RunConfig& c) { c.hardware.device = "table"; }),
             ContainsSubstring("device.table.file: expected a CSV file"));
}

TEST_CASE("a run file that leaves g_max open has the device's own, and one that names it keeps it") {
  const TemporaryFolder folder;
  write(folder / "run.toml", "[hardware]\ndevice = \"hermes_tdp\"\n");
  CHECK(load_run_config(folder / "run.toml", {}).hardware.g_max_us == 20.7);
  CHECK(load_run_config(folder / "run.toml", {"hardware.device=pcm"}).hardware.g_max_us == 25);
  CHECK(load_run_config(folder / "run.toml", {"hardware.g_max_us=30"}).hardware.g_max_us == 30);
}

TEST_CASE("a device table is found beside the run file and its errors name its line") {
  const TemporaryFolder folder;
  write(folder / "run.toml", "[hardware]\ndevice = \"table\"\n[device.table]\nfile = \"mine.csv\"\n");
  write(folder / "mine.csv", "g_us,sigma_us\n0,0.2\n18,0.5\n");
  const auto config = load_run_config(folder / "run.toml", {});
  CHECK(config.hardware.g_max_us == 18);
  CHECK(std::filesystem::path(config.hardware.device_parameters.table.file).is_absolute());
  write(folder / "mine.csv", "g_us,sigma_us\n0,0.2\n18,\n");
  CHECK_THAT(message_of<ConfigError>([&] { load_run_config(folder / "run.toml", {}); }),
             ContainsSubstring("mine.csv:3: expected a number for sigma_us, got nothing (a gap)"));
  CHECK_THAT(
      message_of<ConfigError>([&] { load_run_config(folder / "run.toml", {"device.table.file=no.csv"}); }),
      ContainsSubstring("no.csv"));
}

TEST_CASE("messages about a run file name the file") {
  const TemporaryFolder folder;
  write(folder / "run.toml", "[space]\nbranches = [3, 1]\n");
  CHECK_THAT(message_of<ConfigError>([&] { load_run_config(folder / "run.toml", {}); }),
             ContainsSubstring("run.toml: space.branches"));
  write(folder / "run.toml", "[chip]\nfile = \"none.toml\"\n");
  CHECK_THAT(message_of<InputError>([&] { load_run_config(folder / "run.toml", {}); }),
             ContainsSubstring("none.toml"));
  CHECK_THAT(message_of<InputError>([&] { load_run_config(folder / "absent.toml", {}); }),
             ContainsSubstring("absent.toml"));
}

TEST_CASE("what a search would ignore is refused") {
  CHECK_THAT(refusal([](RunConfig& c) {
               c.search.proposer = "bayesian";
               c.search.surrogate = SurrogateKind::gp;
             }),
             ContainsSubstring("search.surrogate: expected \"none\" with proposer bayesian"));
  CHECK_THAT(refusal([](RunConfig& c) { c.search.warm_start = {"runs/a"}; }),
             ContainsSubstring("search.warm_start: expected [] without a surrogate"));
  CHECK_THAT(refusal([](RunConfig& c) {
               c.search.objectives = {Objective::avm, Objective::avm};
             }),
             ContainsSubstring("search.objectives: expected every objective once"));
}

TEST_CASE("run folders to learn from are relative to the run file") {
  const TemporaryFolder folder;
  write(folder / "run.toml", "[search]\nproposer = \"bayesian\"\nwarm_start = [\"runs/a\"]\n");
  CHECK(load_run_config(folder / "run.toml", {}).search.warm_start ==
        std::vector<std::string>{(folder / "runs/a").string()});
}
