// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/chance.hpp"

#include "tests/catch.hpp"

using namespace mho;

namespace {

Score score_of(double accuracy, double chance) {
  Score score;
  score.drift = {{one_day_s, accuracy, 0.01, 10, {accuracy, accuracy}}};
  score.chance = chance;
  return score;
}

/// So many samples of each class.
Samples labelled(const std::vector<int>& counts) {
  Samples samples{1, 1, 1, {}, {}};
  for (size_t c = 0; c < counts.size(); ++c)
    samples.labels.insert(samples.labels.end(), static_cast<size_t>(counts[c]), static_cast<int>(c));
  return samples;
}

}  // namespace

TEST_CASE("an accuracy is clearly better than chance above a tenth of the errors and two standard errors") {
  // Three classes, 34 %: a tenth of the 66 % is 6.6 points; two standard errors over 300 samples are 5.5.
  const auto many = labelled({102, 99, 99}), few = labelled({11, 10, 10}), two = labelled({1, 1});
  CHECK_THAT(
      no_better_than_chance(score_of(0.36, 0.34), many),
      ContainsSubstring("expected accuracy of at least 40.6 % after one day, because always answering the "
                        "commonest class gives 34.0 % on 300 samples, got 36.0 %"));
  CHECK_FALSE(no_better_than_chance(score_of(0.4, 0.34), many).empty());
  CHECK(no_better_than_chance(score_of(0.41, 0.34), many).empty());
  // Over 31 samples two standard errors are 17.2 points above 35.5 %.
  CHECK_FALSE(no_better_than_chance(score_of(0.52, 0.34), few).empty());
  CHECK(no_better_than_chance(score_of(0.53, 0.34), few).empty());
  // What is right always is no chance, however few the samples.
  CHECK(no_better_than_chance(score_of(1, 0.5), two).empty());
}

TEST_CASE("a metric of which less is better is clearly better than chance below it") {
  auto samples = labelled({200});
  for (int i = 0; i < 200; ++i) samples.values.push_back(i % 2 ? 1.0f : -1.0f);  // variance 1, no luck in it
  auto score = score_of(0.91, 1);
  score.metric = "mse";
  CHECK_THAT(no_better_than_chance(score, samples), ContainsSubstring("of at most 90.0 %"));
  CHECK_FALSE(is_near_chance(score_of(0.74, 0.1)));
  CHECK(is_near_chance(score));
  score.drift[0].mean = 0.89;
  CHECK(no_better_than_chance(score, samples).empty());
  CHECK(is_near_chance(score));
  score.drift[0].mean = 0.74;
  CHECK_FALSE(is_near_chance(score));
}

TEST_CASE("near chance is below a quarter of the way up, where chance is known") {
  CHECK(is_near_chance(score_of(0.32, 0.1)));
  CHECK_FALSE(is_near_chance(score_of(0.33, 0.1)));
  CHECK_FALSE(is_near_chance(score_of(0.01, 0)));
}
