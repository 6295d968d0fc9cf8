// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/genome_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Json json_of(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(json_of(value));
  return list;
}

Value value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  throw DataError("expected a number, a word, true or false, got " + json.dump());
}

/// The AnalogNAS genome as it was written before genomes were values by gene.
Genome read_blocks(const Json& json) {
  Genome genome;
  const auto add = [&](const std::string& gene, const Json& value) {
    genome.entries.push_back({gene, value_of(value)});
  };
  const auto& blocks = json.at("blocks");
  add("stem_channels", json.at("stem_channels").get<std::int64_t>());
  add("stem_kernel", json.at("stem_kernel").get<std::int64_t>());
  add("main_blocks", static_cast<std::int64_t>(blocks.size()));
  for (size_t i = 0; i < blocks.size(); ++i)
    for (const char* gene : {"residual_blocks", "branches", "type", "widening"})
      add(fmt::format("block{}_{}", i + 1, gene), blocks[i].at(gene));
  return genome;
}

Genome read_genome(const Json& json) {
  if (!json.is_object()) throw DataError("expected values by gene, got " + json.dump());
  if (json.contains("blocks") && json.at("blocks").is_array()) return read_blocks(json);
  Genome genome;
  for (const auto& [gene, value] : json.items()) genome.entries.push_back({gene, value_of(value)});
  return genome;
}

/// One gene of a list, and where it is for messages.
class GeneReader {
 public:
  explicit GeneReader(const Json& json) : json_(json) {
    if (!json.is_object() || !json.contains("name") || !json.at("name").is_string())
      throw ConfigError("space: a gene: expected a table with a name, got " + json.dump());
    name_ = json.at("name").get<std::string>();
  }

  Gene read() const {
    check_keys();
    auto gene = of_kind();
    if (json_.contains("when")) gene.when = condition();
    return gene;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw ConfigError("space: gene " + name_ + ": " + what);
  }

  void check_keys() const {
    const std::vector<std::string> known{"name", "kind", "values", "low", "high", "log", "when"};
    for (const auto& [key, value] : json_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        refuse(fmt::format("unknown key '{}'{}; known keys: {}", key, did_you_mean(key, known), join(known)));
  }

  GeneKind kind() const {
    if (!json_.contains("kind")) {
      if (json_.contains("values")) return GeneKind::choice;
      const auto whole = [&](const char* key) {
        return json_.contains(key) && json_.at(key).is_number_integer();
      };
      return whole("low") && whole("high") ? GeneKind::integer : GeneKind::real;
    }
    const auto word =
        json_.at("kind").is_string() ? json_.at("kind").get<std::string>() : json_.at("kind").dump();
    const auto words = all_words<GeneKind>();
    const auto found = find_word<GeneKind>(word);
    if (!found)
      refuse(
          fmt::format("kind: expected one of {}, got '{}'{}", join(words), word, did_you_mean(word, words)));
    return *found;
  }

  Gene of_kind() const {
    const bool log = json_.contains("log") && read_flag("log");
    switch (kind()) {
      case GeneKind::choice:
        return make_choice(name_, values("values"));
      case GeneKind::ordered:
        return make_ordered(name_, values("values"));
      case GeneKind::integer:
        return make_integer(name_, number("low"), number("high"), log);
      default:
        return make_real(name_, number("low"), number("high"), log);
    }
  }

  std::vector<Value> list(const Json& json, const std::string& key) const {
    std::vector<Value> found;
    for (const auto& element : json.is_array() ? json : Json::array({json})) try {
        found.push_back(value_of(element));
      } catch (const DataError& error) {
        refuse(key + ": " + error.what());
      }
    return found;
  }

  std::vector<Value> values(const char* key) const {
    if (!json_.contains(key) || !json_.at(key).is_array()) refuse(std::string(key) + ": expected a list");
    return list(json_.at(key), key);
  }

  double number(const char* key) const {
    if (!json_.contains(key) || !json_.at(key).is_number()) refuse(std::string(key) + ": expected a number");
    return json_.at(key).get<double>();
  }

  bool read_flag(const char* key) const {
    if (!json_.at(key).is_boolean()) refuse(std::string(key) + ": expected true or false");
    return json_.at(key).get<bool>();
  }

  Condition condition() const {
    const auto& when = json_.at("when");
    if (!when.is_object() || when.size() != 1)
      refuse("when: expected one gene and its values, as in {op = [\"conv3\"]}, got " + when.dump());
    return {when.begin().key(), list(when.begin().value(), "when")};
  }

  const Json& json_;
  std::string name_;
};

Json json_of(const Gene& gene) {
  Json json = {{"name", gene.name}, {"kind", word_of(gene.kind)}};
  if (gene.kind == GeneKind::choice || gene.kind == GeneKind::ordered) {
    json["values"] = json_of(gene.values);
  } else {
    const bool whole = gene.kind == GeneKind::integer;
    json["low"] = whole ? Json(static_cast<std::int64_t>(gene.low)) : Json(gene.low);
    json["high"] = whole ? Json(static_cast<std::int64_t>(gene.high)) : Json(gene.high);
    json["log"] = gene.log;
  }
  if (gene.when) json["when"] = {{gene.when->gene, json_of(gene.when->values)}};
  return json;
}

}  // namespace

std::string genome_to_json(const Genome& genome) {
  Json json = Json::object();
  for (const auto& [gene, value] : genome.entries) json[gene] = json_of(value);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Genome genome_from_json(const std::string& text) {
  try {
    return read_genome(Json::parse(text));
  } catch (const std::exception& error) {
    throw DataError(std::string("expected a genome as JSON: ") + error.what());
  }
}

std::string genes_to_json(const std::vector<Gene>& genes) {
  Json list = Json::array();
  for (const auto& gene : genes) list.push_back(json_of(gene));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Gene> genes_from_json(const std::string& text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const std::exception& error) {
    throw ConfigError(std::string("space: expected a list of genes: ") + error.what());
  }
  if (!json.is_array()) throw ConfigError("space: expected a list of genes, got " + json.dump());
  std::vector<Gene> genes;
  for (const auto& gene : json) genes.push_back(GeneReader(gene).read());
  return genes;
}

}  // namespace mho
