// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/own_space.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "search/spaces/genome_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

/// A template with a genome's values in it.
class Filling {
 public:
  Filling(const Genome& genome, int classes) : values_(Json::parse(genome_to_json(genome))) {
    values_["classes"] = classes;
  }

  void fill(Json& json) const {
    if (json.is_string()) json = filled(json.get<std::string>());
    if (json.is_structured())
      for (auto& inner : json) fill(inner);
  }

  /// Takes out the layers that are not there, and puts what comes after them on their first input.
  void thin(Json& layers) const {
    std::map<std::string, Json> instead;
    Json kept = Json::array();
    for (auto& layer : layers) {
      for (auto& input : layer.at("inputs"))
        if (const auto found = instead.find(input.get<std::string>()); found != instead.end())
          input = found->second;
      if (is_there(layer)) {
        layer.erase("when");
        kept.push_back(layer);
      } else {
        instead[layer.at("name").get<std::string>()] = layer.at("inputs").at(0);
      }
    }
    layers = std::move(kept);
  }

 private:
  bool is_there(const Json& layer) const {
    if (!layer.contains("when")) return true;
    for (const auto& [gene, wanted] : layer.at("when").items()) {
      if (!values_.contains(gene)) return false;
      bool met = false;
      for (const auto& value : wanted) met = met || value == values_.at(gene);
      if (!met) return false;
    }
    return true;
  }

  Json filled(const std::string& text) const {
    std::string rest = text, done;
    for (auto start = rest.find("${"); start != std::string::npos; start = rest.find("${")) {
      const auto end = rest.find('}', start);
      const auto gene = rest.substr(start + 2, end == std::string::npos ? end : end - start - 2);
      if (end == std::string::npos || !values_.contains(gene))
        throw ArchitectureError(
            fmt::format("template: '{}': expected a gene that is there, got '{}'", text, gene));
      const auto& value = values_.at(gene);
      if (start == 0 && end + 1 == text.size()) return value;
      done += rest.substr(0, start) + (value.is_string() ? value.get<std::string>() : value.dump());
      rest = rest.substr(end + 1);
    }
    return done + rest;
  }

  Json values_;
};

class OwnSpace : public SpaceKind {
 public:
  OwnSpace(std::string file, Json network) : file_(std::move(file)), network_(std::move(network)) {}

  bool builds() const override { return !network_.is_null(); }
  Architecture build(const Genome& genome, Shape input, int classes) const override {
    if (!builds())
      throw ArchitectureError(
          "space.network: expected an architecture template to build networks of, got none");
    try {
      return built(genome, input, classes);
    } catch (const Json::exception& error) {
      throw ArchitectureError(fmt::format("{}: expected an architecture template: {}", file_, error.what()));
    }
  }

 private:
  Architecture built(const Genome& genome, Shape input, int classes) const {
    auto json = network_;
    const Filling filling(genome, classes);
    filling.thin(json.at("layers"));
    filling.fill(json);
    json["name"] = name(genome);
    json["input"] = {input.height, input.width, input.channels};
    return read_architecture_json(json.dump(), file_);
  }

  std::string file_;
  Json network_;
};

}  // namespace

SpaceParts own_space(const std::vector<std::string>& genes, const std::string& network) {
  SpaceParts parts{.genes = genes_from_json("[" + join(genes) + "]"), .kind = nullptr};
  if (parts.genes.empty()) throw ConfigError("space.gene: expected at least one gene, got none");
  Json json;
  if (!network.empty()) try {
      json = Json::parse(read_text_file(network));
    } catch (const Json::exception& error) {
      throw DataError(
          fmt::format("{}: expected an architecture template as JSON: {}", network, error.what()));
    }
  parts.kind = std::make_shared<OwnSpace>(network, std::move(json));
  return parts;
}

}  // namespace mho
