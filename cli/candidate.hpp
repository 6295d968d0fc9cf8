// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/data/dataset.hpp"
#include "evaluators/evaluate.hpp"

namespace mho {

/// An architecture named on the command line, with its weights where it came with some.
struct NamedArchitecture {
  Architecture architecture;
  std::optional<Parameters> parameters;
};

/// `name` is a winner folder (then its weights come along), an architecture's JSON file or a built-in name,
/// which is built for the task's input shape and classes. Throws DataError, ArchitectureError, or ConfigError
/// when what it names takes another input or gives another number of classes than `dataset` has.
NamedArchitecture find_architecture(const std::string& name, const Dataset& dataset);

/// Throws ConfigError, calling the network `name`, unless the network fits the data.
void check_fits(const Architecture& architecture, const std::string& name, const Dataset& dataset);

}  // namespace mho
