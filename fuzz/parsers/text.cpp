// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/text.hpp"

#include "fuzz/parsers/parsers.hpp"

namespace mho::fuzz {

Parser text() {
  const auto recipe =
      read_recipe("text", "", {"text.steps=2", "text.join_blanks=true", "text.lower_case=true"});
  return {"text",
          {"Happy families are all alike; every unhappy family is unhappy in its own way.\n",
           "\xEF\xBB\xBF\xC3\xA9t\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x99\x82 caf\xC3\xA9 caf\xC3\xA9 caf\xC3\xA9 "
           "et th\xC3\xA9, et encore du caf\xC3\xA9"},
          [recipe](const std::string& bytes) { parse_text(bytes, file_name, recipe); }};
}

}  // namespace mho::fuzz
