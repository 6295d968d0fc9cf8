// SPDX-License-Identifier: Apache-2.0
#include "search/models/gp_surrogate.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/models/genome_features.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("the surrogate predicts accuracy, deviation and AVM of genomes that it has not seen") {
  const Space space{SpaceConfig{}};
  const auto trials = synthetic_trials(space, 120, 2), unseen = synthetic_trials(space, 60, 3);
  GpSurrogate surrogate(400);
  surrogate.fit(space, trials, RandomKey(1));
  const auto predicted = surrogate.predict(genomes_of(unseen));
  double errors = 0, spread = 0, outside = 0;
  for (size_t i = 0; i < unseen.size(); ++i) {
    const auto& day = unseen[i].score->at(one_day_s);
    const double error = predicted[i].accuracy - day.mean;
    errors += error * error;
    spread += std::pow(day.mean - mean_accuracy(unseen), 2);
    outside += std::abs(error) > 3 * predicted[i].accuracy_uncertainty;
    CHECK(predicted[i].deviation == Approx(day.standard_deviation).epsilon(0.3));
    CHECK(predicted[i].avm == Approx(unseen[i].score->avm).margin(1.5));
  }
  CHECK(errors < 0.2 * spread);
  CHECK(outside <= 6);  // a tenth; of normal errors it would be a few in a thousand
}

TEST_CASE("same trials and key, same predictions; one collapsed network does not blur the others") {
  const Space space{SpaceConfig{}};
  auto trials = synthetic_trials(space, 60, 2);
  const auto unseen = genomes_of(synthetic_trials(space, 20, 3));
  GpSurrogate one(400), two(400), three(400);
  one.fit(space, trials, RandomKey(1));
  two.fit(space, trials, RandomKey(1));
  trials[5].score = make_score(-50, 0.004, 5);
  three.fit(space, trials, RandomKey(1));
  const auto a = one.predict(unseen), b = two.predict(unseen), c = three.predict(unseen);
  for (size_t i = 0; i < unseen.size(); ++i) {
    CHECK(a[i].accuracy == b[i].accuracy);
    CHECK(std::abs(a[i].accuracy - c[i].accuracy) < 0.3);
  }
}

TEST_CASE("a genome outside the space is not ranked") {
  const Space space{SpaceConfig{}};
  GpSurrogate surrogate(400);
  CHECK_THROWS_AS(surrogate.predict({}), RunError);
  CHECK_THROWS_AS(surrogate.fit(space, {}, RandomKey(1)), RunError);
  surrogate.fit(space, synthetic_trials(space, 12, 2), RandomKey(1));
  const std::vector<Genome> outside{AnalogNasGenome{9, 3, {MainBlock{}}}};
  CHECK_THAT(message_of<RunError>([&] { surrogate.predict(outside); }),
             ContainsSubstring("stem_channels=9") && ContainsSubstring("stem_channels"));
}

TEST_CASE("the saved JSON holds all that a prediction needs") {
  const TemporaryFolder folder;
  const Space space{SpaceConfig{}};
  GpSurrogate surrogate(400);
  surrogate.fit(space, synthetic_trials(space, 20, 2), RandomKey(1));
  surrogate.save(folder / "surrogate.json");
  const auto json = nlohmann::json::parse(read_text_file(folder / "surrogate.json"));
  CHECK(json["space_hash"] == space.hash());
  const auto unseen = genomes_of(synthetic_trials(space, 1, 3));
  const auto x = genome_features(space, unseen);
  const auto& output = json["outputs"][0];
  const auto lengths = output["lengths"].get<std::vector<double>>();
  const auto groups = json["column_groups"].get<ColumnGroups>();
  double mean = output["mean"].get<double>();
  for (size_t i = 0; i < json["inputs"].size(); ++i) {
    double squares = 0;
    for (size_t d = 0; d < groups.size(); ++d)
      squares += std::pow((x(0, static_cast<Eigen::Index>(d)) - json["inputs"][i][d].get<double>()) /
                              lengths[static_cast<size_t>(groups[d])],
                          2);
    const double r = std::sqrt(5 * squares);
    mean += output["weights"][i].get<double>() * (1 + r + r * r / 3) * std::exp(-r);
  }
  CHECK(surrogate.predict(unseen)[0].accuracy == Approx(mean).epsilon(1e-6));
}
