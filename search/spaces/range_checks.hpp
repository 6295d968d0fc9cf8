// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// What a [space] key may hold; each throws ConfigError (space.key: expected, got).
/// At least one value, each once, of at least 1.
void check_list(const std::string& key, const std::vector<int>& values);
/// [smallest, largest] with 1 <= smallest <= largest.
void check_range(const std::string& key, const std::vector<int>& range);
/// Some of the known words, each once.
void check_words(const std::string& key, const std::vector<std::string>& words,
                 const std::vector<std::string>& known);
template <Worded Enum>
void check_words(const std::string& key, const std::vector<Enum>& values) {
  check_words(key, words_for(values), all_words<Enum>());
}

}  // namespace mho
