// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/own_space.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "search/study/run_folder.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

const char* genes = R"([{"name": "op", "values": ["none", "conv"]}, {"name": "width", "values": [4, 8]},
                        {"name": "kernel", "values": [3, 5, 90], "when": {"op": "conv"}}])";

const char* network = R"({"format": "mho-architecture-1", "name": "", "layers": [
  {"name": "stem_${width}", "kind": "conv2d", "inputs": ["input"], "out_channels": "${width}", "kernel": [3, 3],
   "stride": [1, 1], "padding": "same"},
  {"name": "inner", "when": {"op": ["conv"]}, "kind": "conv2d", "inputs": ["stem_${width}"], "out_channels": "${width}",
   "kernel": ["${kernel}", "${kernel}"], "stride": [1, 1], "padding": [0, 0, 0, 0]},
  {"name": "pool", "kind": "global_average_pool", "inputs": ["inner"]},
  {"name": "dense", "kind": "dense", "inputs": ["pool"], "out_features": "${classes}"},
  {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["dense"]}]})";

SpaceConfig templated(const TemporaryFolder& folder, const std::string& text = network) {
  write_file_atomically(folder / "network.json", text);
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = gene_tables(genes);
  config.network = (folder / "network.json").string();
  return config;
}

}  // namespace

TEST_CASE("a template's network has the genome's values, and no layers that are not there") {
  const TemporaryFolder folder;
  const Space space(templated(folder));
  const Genome plain{{{"op", std::string("none")}, {"width", std::int64_t{8}}}};
  CHECK(space.build(plain, {12, 12, 1}, 4).weights() == 9 * 8 + 8 * 4);
  const Genome conv{{{"op", std::string("conv")}, {"width", std::int64_t{4}}, {"kernel", std::int64_t{5}}}};
  const auto built = space.build(conv, {12, 12, 1}, 4);
  CHECK(built.weights() == 9 * 4 + 25 * 4 * 4 + 4 * 4);
  CHECK(built.name() == "op=conv|width=4|kernel=5");
}

TEST_CASE("a template that asks for a gene that is not there, or is none, is refused") {
  const TemporaryFolder folder;
  auto text = std::string(network);
  text.replace(text.find("${classes}"), 10, "${clases}");
  const Space space(templated(folder, text));
  const Genome plain{{{"op", std::string("none")}, {"width", std::int64_t{8}}}};
  CHECK_THAT(message_of<ArchitectureError>([&] {
               space.build(plain, {12, 12, 1}, 4);
             }),
             ContainsSubstring("expected a gene that is there, got 'clases'"));
  CHECK_THAT(message_of<DataError>([&] { Space(templated(folder, "layers")); }),
             ContainsSubstring("expected an architecture template as JSON"));
}

TEST_CASE(
    "a genome whose network fits no input is a failed trial with its message, and all of them are an error") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.space = templated(folder);
  config.search.proposer = "random", config.search.trials = 8;
  struct Own : FakeEvaluator {
    explicit Own(const Space& space) : FakeEvaluator(builder_of(space)) {}
  };
  const Own evaluator{Space(config.space)};
  const auto result = run_search(config, {.folder = folder / "run"}, evaluator);
  int failed = 0;
  for (const auto& trial : result.trials) {
    const auto* kernel = trial.genome.find("kernel");
    REQUIRE(trial.failed == (kernel && number_of(*kernel) == 90));
    failed += trial.failed;
    if (trial.failed) CHECK_THAT(trial.reason, ContainsSubstring("inner"));
  }
  CHECK(failed == 2);
  config.space.genes =
      gene_tables(R"([{"name": "op", "values": ["conv"]}, {"name": "width", "values": [4, 8]},
                                {"name": "kernel", "values": [90]}])");
  const Own never{Space(config.space)};
  config.search.trials = 2;
  CHECK_THAT(message_of<ConfigError>([&] { run_search(config, {.folder = folder / "never"}, never); }),
             ContainsSubstring("expected a genome that builds a network, got none in 2 trials; the first: "));
}

TEST_CASE("a run is not resumed with another space of one's own: the gene is named") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.space = templated(folder);
  open_run_folder(folder / "run", config, RunStart::fresh);
  CHECK_NOTHROW(open_run_folder(folder / "run", config, RunStart::resumed));
  config.space.genes =
      gene_tables(R"([{"name": "op", "values": ["none", "conv"]}, {"name": "width", "values": [4, 16]}])");
  CHECK_THAT(message_of<ConfigError>([&] { open_run_folder(folder / "run", config, RunStart::resumed); }),
             ContainsSubstring("the run was started with another one: gene width: "));
}
