// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mho {

/// Brackets within brackets of the deepest JSON that is read; mho's own files have a handful.
inline constexpr int deepest_json = 100;

/// Throws DataError (name, byte, expected, found) for JSON that is nested deeper, before it is parsed:
/// printing or copying what came of it would take a stack frame a level. What is no JSON is left to the
/// parser.
void check_json_depth(std::string_view text, const std::string& name);

}  // namespace mho
