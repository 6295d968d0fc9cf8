// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/spaces/space_kind.hpp"

namespace mho {

/// Genes of the user's own, each a table as JSON (genes_from_json). `network` is a file with an architecture
/// template ("": genomes have no networks): JSON as read_architecture_json reads it, without "input", which
/// the task decides, and with
/// - "${GENE}" in place of a value, or inside of a name, the task's ${classes} included;
/// - "when": {"GENE": [VALUES]} in a layer that is there only while the gene has one of them; what comes
/// after
///   a layer that is not there takes its first input.
/// Throws ConfigError naming the gene, DataError for a file that is no template.
SpaceParts own_space(const std::vector<std::string>& genes, const std::string& network);

}  // namespace mho
