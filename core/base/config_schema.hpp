// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/config_file.hpp"

namespace mho {

/// A JSON schema (draft-07, which TOML editors read) of a configuration file with these sections: types,
/// ranges, words, defaults and help of every key; unknown keys are errors. Hosts may know more words of a
/// proposer than this program, so it is for editors, not for checks.
std::string config_schema(const std::string& title, const std::vector<Section>& sections);

/// A table whose keys depend on the word of one of them. `variants`: by word, its sections, each the table or
/// one in it; the first word may be left out in a file.
struct TableVariants {
  std::string table, key;
  std::vector<std::pair<std::string, std::vector<Section>>> variants;
};
/// The same, with any of the variants in place of what `sections` say of that table.
std::string config_schema(const std::string& title, const std::vector<Section>& sections,
                          const TableVariants& variants);

}  // namespace mho
