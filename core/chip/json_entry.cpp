// SPDX-License-Identifier: Apache-2.0
#include "core/chip/json_entry.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

}  // namespace

/// A place in a document that all entries share.
struct JsonEntry::Value {
  std::shared_ptr<const Json> document;
  const Json* json;
};

JsonEntry::JsonEntry(std::shared_ptr<const Value> value, std::string where)
    : value_(std::move(value)), where_(std::move(where)) {}

JsonEntry JsonEntry::open(const std::filesystem::path& file, const std::string& format) {
  auto document = std::make_shared<const Json>(Json::parse(read_text_file(file), nullptr, false));
  if (document->is_discarded()) throw DataError(file.string() + ": expected JSON, found a syntax error");
  const JsonEntry entry(std::make_shared<const Value>(Value{document, document.get()}), file.string());
  const auto found = entry.get<std::string>("format");
  if (found != format)
    throw DataError(fmt::format("{}: expected the format '{}', found '{}'", file.string(), format, found));
  return entry;
}

JsonEntry JsonEntry::at(const std::string& key) const {
  if (!value_->json->is_object() || !value_->json->contains(key))
    fail("expected the key '" + key + "', found none");
  return {std::make_shared<const Value>(Value{value_->document, &value_->json->at(key)}),
          where_ + ": " + key};
}

template <class Result>
Result JsonEntry::as() const {
  try {
    return value_->json->get<Result>();
  } catch (const Json::exception& error) {
    fail(std::string("wrong type: ") + error.what());
  }
}
template float JsonEntry::as() const;
template double JsonEntry::as() const;
template bool JsonEntry::as() const;
template std::string JsonEntry::as() const;
template std::int64_t JsonEntry::as() const;
template std::vector<float> JsonEntry::as() const;
template std::vector<int> JsonEntry::as() const;

int JsonEntry::whole(const std::string& key) const {
  const JsonEntry entry = at(key);
  const Json& json = *entry.value_->json;
  if (!json.is_number_integer() || json.get<double>() < 0 || json.get<double>() > 2147483647.0)
    entry.fail("expected a whole number from 0 to 2147483647, found " + entry.text());
  return json.get<int>();
}

std::vector<JsonEntry> JsonEntry::list() const {
  if (!value_->json->is_array()) fail("expected a list");
  std::vector<JsonEntry> entries;
  for (size_t i = 0; i < value_->json->size(); ++i)
    entries.push_back({std::make_shared<const Value>(Value{value_->document, &(*value_->json)[i]}),
                       fmt::format("{}[{}]", where_, i)});
  return entries;
}

std::string JsonEntry::text() const { return value_->json->dump(); }

void JsonEntry::fail(const std::string& what) const { throw DataError(where_ + ": " + what); }

}  // namespace mho
