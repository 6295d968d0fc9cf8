// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/range_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {

void check_list(const std::string& key, const std::vector<int>& values) {
  if (values.empty()) throw ConfigError(fmt::format("space.{}: expected at least one value, got []", key));
  if (std::set<int>(values.begin(), values.end()).size() != values.size())
    throw ConfigError(fmt::format("space.{}: expected every value once, got {}", key, values));
  if (*std::min_element(values.begin(), values.end()) < 1)
    throw ConfigError(fmt::format("space.{}: expected values of at least 1, got {}", key, values));
}

void check_range(const std::string& key, const std::vector<int>& range) {
  if (range.size() != 2 || range[0] > range[1] || range[0] < 1)
    throw ConfigError(fmt::format(
        "space.{}: expected [smallest, largest] with 1 <= smallest <= largest, got {}", key, range));
}

void check_words(const std::string& key, const std::vector<std::string>& words,
                 const std::vector<std::string>& known) {
  const std::set<std::string> distinct(words.begin(), words.end());
  if (words.empty() || distinct.size() != words.size())
    throw ConfigError(
        fmt::format("space.{}: expected some of {}, each once, got {}", key, join(known), words));
}

}  // namespace mho
