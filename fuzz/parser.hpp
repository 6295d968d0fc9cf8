// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mho::fuzz {

/// What stands for the file in messages: every refusal has to name it.
inline constexpr const char* file_name = "fuzz-file";

/// Something that reads bytes from outside.
struct Parser {
  std::string name;
  std::vector<std::string> seeds;  ///< whole inputs that it accepts
  /// Reads one input. Throws InputError to refuse it, anything else is a defect, also where what was read
  /// does not come back the same after it was written.
  std::function<void(const std::string&)> parse;
  /// Makes check sums right again after a mutation, so that it is not the only thing that is tested. May be
  /// empty.
  std::function<void(std::string&)> repair = {};
  int rounds = 2000;  ///< mutations of one run
};

/// All parsers, in the order in which they are run.
std::vector<Parser> all_parsers();

/// What is wrong with how `parser` took `input`; nothing when it accepted it, or refused it with an
/// InputError whose message names the file and shows no inside of the standard library.
std::optional<std::string> complaint(const Parser& parser, const std::string& input);

/// Throws std::logic_error, which `complaint` reports, unless `holds`.
void expect(bool holds, const std::string& what);

}  // namespace mho::fuzz
