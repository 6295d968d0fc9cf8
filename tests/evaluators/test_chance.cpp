// SPDX-License-Identifier: Apache-2.0
#include "evaluators/chance.hpp"

#include "tests/catch.hpp"

using namespace mho;

namespace {

Score score_of(double accuracy, double chance) {
  Score score;
  score.drift = {{one_day_s, accuracy, 0.01, 10, {accuracy, accuracy}}};
  score.chance = chance;
  return score;
}

}  // namespace

TEST_CASE("the commonest class' share is what always answering it gives") {
  Samples samples{1, 1, 1, {}, {}};
  samples.labels = {2, 0, 2, 1, 2};
  CHECK(commonest_class_share(samples) == 0.6);
}

TEST_CASE("an accuracy is clearly better than chance above a tenth of the errors and two standard errors") {
  // Three classes, 34 %: a tenth of the 66 % is 6.6 points; two standard errors over 300 images are 5.5.
  CHECK_THAT(
      no_better_than_chance(score_of(0.36, 0.34), 300),
      ContainsSubstring("expected at least 40.6 % after one day, because always answering the commonest "
                        "class is right for 34.0 % of 300 images, got 36.0 %"));
  CHECK_FALSE(no_better_than_chance(score_of(0.4, 0.34), 300).empty());
  CHECK(no_better_than_chance(score_of(0.41, 0.34), 300).empty());
  // Over 30 images two standard errors are 17.3 points.
  CHECK_FALSE(no_better_than_chance(score_of(0.5, 0.34), 30).empty());
  CHECK(no_better_than_chance(score_of(0.52, 0.34), 30).empty());
  // What is right always is no chance, however few the images.
  CHECK(no_better_than_chance(score_of(1, 0.5), 2).empty());
}

TEST_CASE("near chance is below a quarter of the way up, where chance is known") {
  CHECK(is_near_chance(score_of(0.32, 0.1)));
  CHECK_FALSE(is_near_chance(score_of(0.33, 0.1)));
  CHECK_FALSE(is_near_chance(score_of(0.01, 0)));
}
