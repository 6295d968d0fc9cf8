// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/config_file.hpp"

namespace mho {

/// The fields of a configuration section as a JSON object, in declared order.
std::string fields_to_json(const Section& section);

/// Reads such an object back: every field must be there, of its type and within its range, and nothing else.
/// Throws DataError that begins with `where`.
void fields_from_json(const std::string& object, const Section& section, const std::string& where);

}  // namespace mho
