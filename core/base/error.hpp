// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace mho {

/// The user's input cannot be used: wrong usage, configuration, data or file. The command ends with exit
/// code 2. The message says what, where, what was expected and what was found.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A configuration value, key or file is wrong.
class ConfigError : public InputError {
 public:
  using InputError::InputError;
};

/// A data set or any other file that is read is missing, truncated or corrupt.
class DataError : public InputError {
 public:
  using InputError::InputError;
};

/// A layer graph is impossible; the message names the node.
class ArchitectureError : public InputError {
 public:
  using InputError::InputError;
};

/// A network cannot be mapped onto the chip that was asked for.
class MappingError : public InputError {
 public:
  using InputError::InputError;
};

/// The run failed for a reason outside its input, such as a full disk. The command ends with exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mho
