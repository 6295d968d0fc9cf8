// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mho {

/// A pointer to one configuration value of any type that a configuration file can hold.
using FieldValue = std::variant<bool*, int*, std::uint64_t*, double*, std::string*, std::vector<int>*,
                                std::vector<double>*, std::vector<std::string>*>;

/// What a value may be: a closed range for numbers (each element of a list), or a list of words for text.
struct Allowed {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::vector<std::string> words = {};
};

inline Allowed anything() { return {}; }
inline Allowed between(double min, double max) { return {min, max, {}}; }
inline Allowed at_least(double min) { return {min, std::numeric_limits<double>::infinity(), {}}; }
inline Allowed one_of(std::vector<std::string> words) { return {0, 0, std::move(words)}; }

/// Visits the fields of a configuration struct. Each struct lists its fields once, in
/// `fields(FieldVisitor&)`: from that list come the TOML reader, `--set`, the resolved config.toml and
/// docs/config.md.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  /// One field: its name (with the unit in it), its value, what is allowed and one sentence of help.
  virtual void field(std::string_view name, FieldValue value, const Allowed& allowed,
                     std::string_view help) = 0;
};

}  // namespace mho
