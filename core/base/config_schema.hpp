// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/config_file.hpp"

namespace mho {

/// A JSON schema (draft-07, which TOML editors read) of a configuration file with these sections: types,
/// ranges, words, defaults and help of every key; unknown keys are errors. Hosts may know more words of a
/// proposer than this program, so it is for editors, not for checks.
std::string config_schema(const std::string& title, const std::vector<Section>& sections);

}  // namespace mho
