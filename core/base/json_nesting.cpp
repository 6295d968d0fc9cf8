// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_nesting.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr int deepest = 64;

}  // namespace

void check_json_nesting(std::string_view text, const std::string& where) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_text = !in_text;
    if (in_text) {
      i += c == '\\';  // what is escaped ends no text
      continue;
    }
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (depth > deepest)
      throw DataError(
          fmt::format("{}: byte {}: expected JSON nested at most {} deep, found more", where, i, deepest));
  }
}

}  // namespace mho
