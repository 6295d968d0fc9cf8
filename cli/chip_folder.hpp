// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "evaluators/evaluate.hpp"
#include "evaluators/evaluation_tables.hpp"

namespace mho {

/// Maps the candidate onto the chip of the tables and writes it into `folder`. Throws MappingError.
Mapping write_chip_folder(const std::filesystem::path& folder, const Candidate& candidate,
                          const EvaluationTables& tables);

}  // namespace mho
