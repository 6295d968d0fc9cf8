// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/labels.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

FoundSample sample(const std::string& label, const std::string& group = "g", int part = 0) {
  return {label + "/" + group, label, group, "x.csv:7", part};
}

std::vector<int> labels_of(const PlacedSamples& placed) {
  std::vector<int> labels;
  for (const auto& one : placed.samples) labels.push_back(one.label);
  return labels;
}

}  // namespace

TEST_CASE(
    "Names are sorted into classes, whole numbers stand for themselves, a list of classes orders both") {
  CHECK(labels_of(place_samples({sample("yes"), sample("no")}, {}, {})) == std::vector<int>{1, 0});
  const auto numbers = place_samples({sample("2"), sample("0")}, {}, {});
  CHECK(labels_of(numbers) == std::vector<int>{2, 0});
  CHECK(numbers.class_names == std::vector<std::string>{"0", "1", "2"});
  LabelConfig config;
  config.classes = {"yes", "no"};
  CHECK(labels_of(place_samples({sample("yes"), sample("no"), sample("1")}, config, {})) ==
        std::vector<int>{0, 1, 1});
}

TEST_CASE("A label that is no class is refused, left out, or one of the others, which can be thinned") {
  LabelConfig config;
  config.classes = {"yes", "no"};
  const std::vector<FoundSample> found{sample("yes"), sample("nö"), sample("cat"), sample("dog")};
  CHECK_THROWS_WITH(place_samples(found, config, {}),
                    ContainsSubstring("x.csv:7: expected a label of labels.classes, found 'nö'"));
  config.others = "-";
  CHECK(labels_of(place_samples(found, config, {})) == std::vector<int>{0});
  config.others = "unknown";
  const auto all = place_samples(found, config, {});
  CHECK(labels_of(all) == std::vector<int>{0, 2, 2, 2});
  CHECK(all.class_names == std::vector<std::string>{"yes", "no", "unknown"});
  config.others_percent = 200;
  CHECK(labels_of(place_samples(found, config, {})) == std::vector<int>{0, 2, 2});
}

TEST_CASE("Speech Commands' rule keeps a speaker in one split, in about the percentages asked for") {
  std::array<int, 3> counts{};
  for (int i = 0; i < 10000; ++i) ++counts[static_cast<size_t>(part_by_hash(std::to_string(i), 10, 20))];
  CHECK(std::abs(counts[1] - 1000) < 120);  // four standard deviations of a binomial count
  CHECK(std::abs(counts[2] - 2000) < 160);
  CHECK(group_of_file("yes/0a7c2a8d_nohash_3.wav") == "0a7c2a8d");
  CHECK(group_of_file("7_jackson_3.wav") == "7_jackson_3.wav");
}

TEST_CASE("Groups that the recipe names go where it says, and must be there") {
  SplitConfig split;
  split.by = SplitRule::groups;
  split.validation_groups = {"b"};
  split.test_groups = {"c"};
  const auto placed = place_samples({sample("x", "a"), sample("x", "b"), sample("x", "c")}, {}, split);
  CHECK(placed.samples[0].part == Part::train);
  CHECK(placed.samples[1].part == Part::validation);
  CHECK(placed.samples[2].part == Part::test);
  split.test_groups = {"d"};
  CHECK_THROWS_WITH(place_samples({sample("x", "a"), sample("x", "b")}, {}, split),
                    ContainsSubstring("expected samples of the group 'd', found none"));
}

TEST_CASE("Stated splits are kept; a sample without one is refused") {
  const auto placed = place_samples({sample("x", "a", 0), sample("x", "b", 2)}, {}, {});
  CHECK(placed.samples[1].part == Part::test);
  CHECK_THROWS_WITH(place_samples({sample("x", "a", 0), sample("x", "b", -1)}, {}, {}),
                    ContainsSubstring("expected a split (train, validation or test) of each sample"));
  CHECK(part_named("Training") == 0);
  CHECK(part_named("val") == 1);
  CHECK(part_named("holdout") == -1);
}

TEST_CASE("A class with one sample, or none to test on, is refused with its counts") {
  CHECK_NOTHROW(check_classes({{{2, 1}, {0, 0}, {1, 1}}}, {"a", "b"}, "set"));
  CHECK_THROWS_WITH(
      check_classes({{{2, 1}, {0, 0}, {1, 0}}}, {"a", "b"}, "set"),
      ContainsSubstring("set: class 'b': expected samples to train and to test on, found 1 training, "
                        "0 validation and 0 test samples"));
}
