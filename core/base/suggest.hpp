// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// " (did you mean 'X'?)" for the known word nearest to `word` by edit distance, or "" when none is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

/// The words joined by ", ", for "known: a, b, c" in messages.
std::string join(const std::vector<std::string>& words, const std::string& separator = ", ");

/// Throws ConfigError that names the setting, lists the known words and makes a suggestion, unless `word` is
/// one of them.
void check_word(const std::string& setting, const std::string& word, const std::vector<std::string>& known);

}  // namespace mho
