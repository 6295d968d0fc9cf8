// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// A pointer to an enum that files spell as one of its words.
class WordPointer {
 public:
  template <Worded Enum>
  WordPointer(Enum* value)  // NOLINT(google-explicit-constructor): as the other pointers of a FieldValue
      : value_(value),
        get_([](const void* at) { return word_of(*static_cast<const Enum*>(at)); }),
        set_([](void* at, std::string_view word) {
          *static_cast<Enum*>(at) = find_word<Enum>(word).value();
        }) {}
  std::string word() const { return get_(value_); }
  /// `word` is one of the enum's.
  void set(std::string_view word) const { set_(value_, word); }

 private:
  void* value_;
  std::string (*get_)(const void*);
  void (*set_)(void*, std::string_view);
};

/// A pointer to a list of such enums.
class WordListPointer {
 public:
  template <Worded Enum>
  WordListPointer(std::vector<Enum>* values)  // NOLINT(google-explicit-constructor): as above
      : values_(values),
        get_([](const void* at) { return words_for(*static_cast<const std::vector<Enum>*>(at)); }),
        set_([](void* at, const std::vector<std::string>& words) {
          std::vector<Enum> read(words.size());
          for (std::size_t i = 0; i < words.size(); ++i) WordPointer(&read[i]).set(words[i]);
          *static_cast<std::vector<Enum>*>(at) = std::move(read);
        }) {}
  std::vector<std::string> words() const { return get_(values_); }
  /// `words` are the enum's.
  void set(const std::vector<std::string>& words) const { set_(values_, words); }

 private:
  void* values_;
  std::vector<std::string> (*get_)(const void*);
  void (*set_)(void*, const std::vector<std::string>&);
};

/// A pointer to one configuration value of any type that a configuration file can hold.
using FieldValue =
    std::variant<bool*, int*, std::uint64_t*, double*, std::string*, std::vector<int>*, std::vector<double>*,
                 std::vector<std::string>*, WordPointer, WordListPointer>;

/// The value as files hold it: an enum as its word.
template <class T>
const T& file_value(const T* value) {
  return *value;
}
inline std::string file_value(const WordPointer& value) { return value.word(); }
inline std::vector<std::string> file_value(const WordListPointer& values) { return values.words(); }

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
  /// A field that may be any word of its enum, or a list of them.
  template <Worded Enum>
  void field(std::string_view name, Enum* value, std::string_view help) {
    field(name, FieldValue(value), one_of(all_words<Enum>()), help);
  }
  template <Worded Enum>
  void field(std::string_view name, std::vector<Enum>* values, std::string_view help) {
    field(name, FieldValue(values), one_of(all_words<Enum>()), help);
  }
};

}  // namespace mho
