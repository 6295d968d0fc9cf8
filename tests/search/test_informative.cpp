// SPDX-License-Identifier: Apache-2.0
#include "search/models/informative.hpp"

#include <algorithm>
#include <set>

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("few observations are all learned from, in their order") {
  CHECK(informative(std::vector<double>{3, 1, 2}, 3) == std::vector<std::size_t>{0, 1, 2});
  CHECK(informative({}, 3).empty());
}

TEST_CASE("of many observations the best half of what fits stays, and of the others an even share") {
  std::vector<double> merits;
  for (int i = 0; i < 100; ++i) merits.push_back((i * 37) % 100);  // each of 0 to 99 once
  const auto kept = informative(merits, 20);
  REQUIRE(kept.size() == 20);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  std::set<double> merit;
  for (const auto row : kept) merit.insert(merits[row]);
  REQUIRE(merit.size() == 20);
  for (int best = 90; best < 100; ++best) CHECK(merit.contains(best));
  for (int from = 0; from < 90; from += 18)  // two of each fifth
    CHECK(std::distance(merit.lower_bound(from), merit.lower_bound(from + 18)) == 2);
}
