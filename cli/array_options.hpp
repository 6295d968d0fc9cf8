// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/suggest.hpp"
#include "core/linalg/array_operator.hpp"

namespace CLI {
class App;
}

namespace mho {

/// Options of the commands that compute on arrays.
struct ArrayOptions {
  std::filesystem::path config;          ///< run file, for [hardware] and [device]
  std::vector<std::string> assignments;  ///< of --set
  std::string device;                    ///< replaces hardware.device
  std::filesystem::path out;
  std::uint64_t seed = 0;
  int reads = 1, crossbars = 0, threads = 0;
  double age_s = 0;
  bool json = false, force = false, exact = false;
};

/// The value that a word stands for. Throws ConfigError that names the setting, with a suggestion.
template <Worded Enum>
Enum value_of(const std::string& setting, const std::string& word) {
  check_word(setting, word, all_words<Enum>());
  return *find_word<Enum>(word);
}

/// Declares them; `out` is what --out writes.
void add_array_options(CLI::App& command, ArrayOptions& options, const std::string& out);

/// [hardware] and [device] of a run file ("": none) on top of `base`, whose values stand for keys that it
/// leaves out, then the assignments. Throws ConfigError; for an assignment to another table too.
HardwareConfig read_array_hardware(const HardwareConfig& base, const std::filesystem::path& file,
                                   const std::vector<std::string>& assignments);

/// What the options say; sizes the thread arena. Throws ConfigError.
ArraySettings array_settings(const ArrayOptions& options);

/// A .npy file of one or two dimensions (one: a column). Throws DataError.
RealMatrix read_matrix(const std::filesystem::path& file, size_t dimensions);

/// The bill as JSON text, and as lines for people.
std::string bill_json(const ArrayBill& bill);
std::string bill_text(const ArrayBill& bill);

}  // namespace mho
