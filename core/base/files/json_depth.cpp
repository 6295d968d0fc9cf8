// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/json_depth.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {

void check_json_depth(std::string_view text, const std::string& name) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ']' || c == '}') --depth;
    if ((c == '[' || c == '{') && ++depth > deepest_json)
      throw DataError(
          fmt::format("{}: byte {}: expected JSON of at most {} brackets within each other, found more", name,
                      i, deepest_json));
  }
}

}  // namespace mho
