// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace mho {

/// The JSON schemas (draft 2020-12) of an export's files, by the name of the file that each describes
/// ("cores.json"): the files of core/chip/export/schemas, kept in the library.
const std::map<std::string, std::string>& export_schemas();

}  // namespace mho
