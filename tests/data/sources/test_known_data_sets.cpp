// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/known_data_sets.hpp"

#include <set>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Every known set has a description, and every download a full SHA-256 sum of its own") {
  std::set<std::string> kinds, sums;
  size_t files = 0;
  for (const auto& known : known_data_sets()) {
    kinds.insert(known.kind);
    CHECK(!known.description.empty());
    CHECK(static_cast<int>(known.class_names.size()) == known.classes);
    for (const auto& file : known.files) {
      CHECK(file.sha256.size() == 64);
      CHECK(file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos);
      CHECK(file.url.find("://") != std::string::npos);
      sums.insert(file.sha256);
      ++files;
    }
  }
  CHECK(kinds == std::set<std::string>{"digits", "mnist", "fashion-mnist", "cifar10", "idx", "npy", "audio",
                                       "csv", "images", "text"});
  CHECK(sums.size() == files);
}

TEST_CASE("An unknown kind is refused with a suggestion") {
  CHECK(find_data_set("cifar10").shape == "32x32x3");
  CHECK_THROWS_AS(find_data_set("cifar"), ConfigError);
  CHECK_THROWS_WITH(find_data_set("cifar"),
                    ContainsSubstring("unknown kind of data 'cifar' (did you mean 'cifar10'?)"));
}
