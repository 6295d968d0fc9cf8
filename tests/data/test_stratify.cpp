// SPDX-License-Identifier: Apache-2.0
#include "core/data/stratify.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/data/raw_files.hpp"

using namespace mho;

namespace {

/// 600 labels: 300 of 0, 200 of 1, 100 of 2, mixed.
std::vector<int> mixed_labels() {
  std::vector<int> labels;
  for (int i = 0; i < 100; ++i) labels.insert(labels.end(), {0, 1, 0, 2, 1, 0});
  return labels;
}

std::vector<int> labels_at(const std::vector<int>& labels, const Indices& indices) {
  std::vector<int> chosen;
  for (const auto index : indices) chosen.push_back(labels.at(static_cast<size_t>(index)));
  return chosen;
}

}  // namespace

TEST_CASE("As many indices as asked for are chosen, classes in proportion, spread over the whole") {
  const auto labels = mixed_labels();
  for (const std::int64_t count : {1, 6, 7, 59, 60, 599}) {
    const auto chosen = spread_indices(labels, count);
    REQUIRE(static_cast<std::int64_t>(chosen.size()) == count);
    CHECK(std::is_sorted(chosen.begin(), chosen.end()));
    CHECK(std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end());
    const auto counts = class_counts(labels_at(labels, chosen), 3);
    for (int c = 0; c < 3; ++c) CHECK(std::abs(counts[static_cast<size_t>(c)] - count * (3 - c) / 6.0) < 1);
  }
  const auto sixty = spread_indices(labels, 60);
  CHECK(std::count_if(sixty.begin(), sixty.end(), [](auto index) { return index < 300; }) == 30);
}

TEST_CASE("Count 0 or too many means all") {
  const auto labels = mixed_labels();
  CHECK(spread_indices(labels, 0).size() == 600);
  CHECK(spread_indices(labels, 600).size() == 600);
  CHECK(spread_indices(labels, 10'000).size() == 600);
  CHECK(spread_indices({}, 5).empty());
}

TEST_CASE("A split is stratified, complete and without overlap") {
  const auto labels = mixed_labels();
  const auto [first, second] = split_indices(labels, spread_indices(labels, 0), 0.15, RandomKey(1));
  CHECK(class_counts(labels_at(labels, second), 3) == std::vector<int>{45, 30, 15});
  Indices all = first;
  all.insert(all.end(), second.begin(), second.end());
  std::sort(all.begin(), all.end());
  CHECK(all == spread_indices(labels, 0));
  CHECK(std::is_sorted(first.begin(), first.end()));
  CHECK(std::is_sorted(second.begin(), second.end()));
}

TEST_CASE("A split depends on the key and only on it") {
  const auto labels = mixed_labels();
  const auto all = spread_indices(labels, 0);
  CHECK(split_indices(labels, all, 0.15, RandomKey(1)) == split_indices(labels, all, 0.15, RandomKey(1)));
  CHECK(split_indices(labels, all, 0.15, RandomKey(1)) != split_indices(labels, all, 0.15, RandomKey(2)));
}

TEST_CASE("Every class of two or more samples is in both parts, fraction 0 leaves the second empty") {
  const std::vector<int> labels{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2};
  const auto all = spread_indices(labels, 0);
  CHECK(class_counts(labels_at(labels, split_indices(labels, all, 0.1, RandomKey(1)).second), 3) ==
        std::vector<int>{1, 1, 0});
  CHECK(class_counts(labels_at(labels, split_indices(labels, all, 0.9, RandomKey(1)).first), 3) ==
        std::vector<int>{1, 1, 1});
  CHECK(split_indices(labels, all, 0, RandomKey(1)).second.empty());
}
