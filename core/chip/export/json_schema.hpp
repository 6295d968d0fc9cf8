// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// What is wrong with a JSON document by a JSON schema, each with its place ("cores[3]: used_cells: ...");
/// empty when it is valid, at most `most` entries. Knows the keywords that core/chip/export/schemas uses
/// (draft 2020-12): type, const, enum, properties, required, additionalProperties (false), items, minimum,
/// exclusiveMinimum, maximum, minItems, maxItems, minLength, maxLength, $ref to #/$defs/NAME; any other
/// assertion is a RunError, so that no schema asks for what is not checked (docs/decisions/0006). Throws
/// DataError naming `where` for text that is not JSON.
std::vector<std::string> schema_problems(const std::string& document, const std::string& schema,
                                         const std::string& where, size_t most = 20);

}  // namespace mho
