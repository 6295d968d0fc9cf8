// SPDX-License-Identifier: Apache-2.0
#include "search/judges/training_evaluator.hpp"

#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/text_file.hpp"
#include "core/data/prepared.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// 8 x 8 images of four classes: a bright quarter in noise.
void write_split(const std::filesystem::path& raw, const std::string& split, int count) {
  Random random(RandomKey(1).with(split));
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  for (int n = 0; n < count; ++n) {
    labels.push_back(n % 4);
    for (int pixel = 0; pixel < 64; ++pixel) {
      const int quarter = 2 * (pixel / 32) + (pixel % 8) / 4;
      images.push_back(static_cast<float>(0.5 * random.normal() + (quarter == n % 4)));
    }
  }
  write_npy(raw / (split + "_images.npy"), NpyArray::from(images, {count, 8, 8, 1}));
  write_npy(raw / (split + "_labels.npy"), NpyArray::from(labels, {count}));
}

/// A few seconds of the real thing.
RunConfig real_config(const TemporaryFolder& folder) {
  std::filesystem::create_directories(folder / "raw");
  write_split(folder / "raw", "train", 160);
  write_split(folder / "raw", "test", 60);
  prepare_data("npy", "quarters", folder / "raw", folder / "data");
  auto config = small_config();
  config.task.data = "quarters";
  config.task.folder = (folder / "data").string();
  config.search.trials = 3;
  config.search.population = 3;
  config.search.winners = 1;
  config.search.max_parameters = 2000;
  config.search.max_avm = 100;
  config.training.epochs = 20;
  config.training.batch_size = 16;
  config.scoring.programmings = 3;
  return config;
}

/// Real evaluations of a run, without what depends on the clock.
std::vector<double> accuracies(const SearchResult& result) {
  std::vector<double> found;
  for (const auto& trial : result.trials)
    if (trial.score) found.push_back(trial.score->at(one_day_s).mean);
  for (const auto& winner : result.winners) found.push_back(winner.evaluation.score.at(one_day_s).mean);
  return found;
}

}  // namespace

TEST_CASE("a real search trains, scores, maps and exports, and gives the same again") {
  const TemporaryFolder folder;
  const auto config = real_config(folder);
  const auto first = run_search(config, {.folder = folder / "first"});
  const auto second = run_search(config, {.folder = folder / "second"});
  CHECK(first.trials.size() == 3);
  REQUIRE(first.winners.size() == 1);
  CHECK(first.winners[0].evaluation.cost.has_value());
  CHECK(accuracies(first).size() == 4);
  CHECK(accuracies(first) == accuracies(second));
  CHECK(first.winners[0].evaluation.score.at(one_day_s).mean > 0.6);
  CHECK(std::filesystem::exists(folder / "first" / "winners" / "0" / "chip" / "targets.npz"));
}

TEST_CASE(
    "networks of a search keep the layers digital that the run file names; who lacks one fails untrained") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.hardware.digital_layers = {"head.dense"};
  const auto result = run_search(config, {.folder = folder / "run"});
  for (const auto& trial : result.trials) CHECK(!trial.failed);
  config.hardware.digital_layers = {"head.dence"};
  const auto refused = [&] { return run_search(config, {.folder = folder / "refused"}); };
  CHECK_THROWS_WITH(refused(), ContainsSubstring("did you mean 'head.dense'"));
}

TEST_CASE("candidates begin with the weights of search.from") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.search.trials = 1;
  config.search.population = 1;
  const auto genome = run_search(config, {.folder = folder / "run"}).trials.at(0).genome;
  config.training.epochs = 1;
  config.training.learning_rate = 0;  // weights stay what they begin with
  const auto digital = [&](const std::string& from) {
    config.search.from = from;
    const auto evaluator = make_evaluator(config);
    return evaluator->evaluate(evaluator->network(genome), 7, {}).score.digital;
  };
  CHECK(digital((folder / "run" / "winners" / "0").string()) > 0.9);
  CHECK(digital("") < 0.7);
}

TEST_CASE("trials that are no better than chance fail with both figures, whatever bounds they keep") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.training.learning_rate = 1e-9;
  config.training.epochs = 1;
  const auto result = run_search(config, {.folder = folder / "run"});
  for (const auto& trial : result.trials) {
    CHECK(trial.failed);
    CHECK_THAT(trial.reason, ContainsSubstring("no better than chance: expected accuracy of at least"));
  }
  CHECK(result.winners.empty());
}

TEST_CASE("a search without a validation split is refused") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.task.validation_fraction = 0;
  CHECK_THAT(message_of<ConfigError>([&] { make_evaluator(config); }),
             ContainsSubstring("task.validation_fraction: expected more than 0"));
}

TEST_CASE(
    "a real search with halving and a prefilter gives the same again, and its winner is trained to the end") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.search.fidelity = Fidelity::successive_halving;
  config.search.rungs = 2;
  config.search.rung_data = 0.5;
  config.search.prefilter = ZeroCostMeasure::naswot;
  config.search.prefilter_keep = 0.5;
  const auto first = run_search(config, {.folder = folder / "first"});
  const auto second = run_search(config, {.folder = folder / "second"});
  CHECK(accuracies(first).size() == 2);
  CHECK(accuracies(first) == accuracies(second));
  int given_up = 0;
  for (const auto& trial : first.trials) given_up += trial.given_up();
  CHECK(given_up == 2);
  // What the rungs gave is what an uninterrupted training of the winner gives.
  const auto& winner = first.winners.at(0).trial;
  const auto evaluator = make_evaluator(config);
  const auto architecture = evaluator->network(winner.genome);
  const auto whole = evaluator->evaluate(architecture, winner.number, [](int, double) { return true; });
  CHECK(whole.score.at(one_day_s).mean == winner.score->at(one_day_s).mean);
  const auto saved = load_candidate(folder / "first" / "winners" / "0").parameters;
  for (size_t n = 0; n < saved.size(); ++n) CHECK(saved[n].weight == whole.parameters[n].weight);
}

TEST_CASE("a candidate is trained, scored and exported with its own training and hardware") {
  const TemporaryFolder folder;
  auto config = real_config(folder);
  config.space = {{4}, {3}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};
  config.space.training.learning_rate = {0.02, 0.1};
  config.space.hardware.crossbar_size = {64, 256};
  const auto evaluator = make_evaluator(config);
  const auto judged = [&](double rate) {
    Genome genome = AnalogNasGenome{4, 3, {MainBlock{}}};
    genome.entries.push_back({"training.learning_rate", rate});
    genome.entries.push_back({"hardware.crossbar_size", std::int64_t{64}});
    return evaluator->judge(genome, 0, [](int, double) { return true; }).trial;
  };
  CHECK_FALSE(judged(0.05).failed);
  CHECK_THAT(judged(1e-9).reason, ContainsSubstring("chance"));  // hardly trained at all
  config.search.winners = 1, config.search.trials = 4;
  config.search.confirm = 2, config.search.confirm_trainings = 1;
  const auto result = run_search(config, {.folder = folder / "run"}, *evaluator);
  REQUIRE(result.winners.size() == 1);
  CHECK(result.confirmations.size() <= 2);
  const auto size = result.winners[0].trial.genome.whole("hardware.crossbar_size");
  const auto targets = read_text_file(folder / "run" / "winners" / "0" / "chip" / "cores.json");
  CHECK_THAT(targets, ContainsSubstring(std::to_string(size)));
}
