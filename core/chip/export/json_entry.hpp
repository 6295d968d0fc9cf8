// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mho {

/// A value inside a JSON document of an export folder, and the way to it for messages. Cheap to copy; the
/// document lives as long as its entries. Everything throws DataError (where, expected, found).
class JsonEntry {
 public:
  /// A file whose "format" must be `format`.
  static JsonEntry open(const std::filesystem::path& file, const std::string& format);

  JsonEntry at(const std::string& key) const;
  /// float, double, bool, std::string, std::int64_t, std::vector<float> or std::vector<int>.
  template <class Value>
  Value as() const;
  template <class Value>
  Value get(const std::string& key) const {
    return at(key).as<Value>();
  }
  /// A whole number from 0 to 2^31 - 1.
  int whole(const std::string& key) const;
  std::vector<JsonEntry> list() const;

  std::string text() const;  ///< the value as JSON
  const std::string& where() const { return where_; }
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Value;
  JsonEntry(std::shared_ptr<const Value> value, std::string where);
  std::shared_ptr<const Value> value_;
  std::string where_;
};

}  // namespace mho
