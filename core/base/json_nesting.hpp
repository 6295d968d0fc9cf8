// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mho {

/// Throws DataError beginning with `where` for JSON text whose lists and objects are nested more than 64
/// deep. The JSON library copies and writes values by recursion, so that a file of 400 kB of brackets would
/// use up the stack: whatever reads JSON from outside asks this first. Text that is not JSON may pass.
void check_json_nesting(std::string_view text, const std::string& where);

}  // namespace mho
