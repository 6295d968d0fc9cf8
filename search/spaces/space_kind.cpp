// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/space_kind.hpp"

#include "core/base/sha256.hpp"

namespace mho {

std::string network_name(const std::string& text) {
  constexpr size_t longest = 200, digits = 12;
  std::string name = text;
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  if (name == text && name.size() <= longest) return name;
  return name.substr(0, longest - digits - 1) + "~" + sha256(text).substr(0, digits);
}

}  // namespace mho
