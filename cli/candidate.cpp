// SPDX-License-Identifier: Apache-2.0
#include "cli/candidate.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_architectures.hpp"

namespace mho {
namespace {

Shape shape_of(const Samples& samples) { return {samples.height, samples.width, samples.channels}; }

bool looks_like_a_file(const std::string& name) {
  return name.ends_with(".json") || name.find('/') != std::string::npos;
}

}  // namespace

void check_fits(const Architecture& architecture, const std::string& name, const Dataset& dataset) {
  const auto shape = shape_of(dataset.train);
  if (architecture.input() == shape && architecture.classes() == dataset.classes) return;
  throw ConfigError(
      fmt::format("{}: expected a network for data set '{}' ({}, {} classes), got one for {}, {} classes",
                  name, dataset.name, to_string(shape), dataset.classes, to_string(architecture.input()),
                  architecture.classes()));
}

NamedArchitecture find_architecture(const std::string& name, const Dataset& dataset) {
  if (is_folder(name)) {
    auto [architecture, parameters, features] = load_candidate(name);
    check_fits(architecture, name, dataset);
    return {std::move(architecture), std::move(parameters)};
  }
  if (is_file(name) || looks_like_a_file(name)) {
    auto architecture = load_architecture(name);
    check_fits(architecture, name, dataset);
    return {std::move(architecture), std::nullopt};
  }
  return {make_builtin(name, shape_of(dataset.train), dataset.classes), std::nullopt};
}

}  // namespace mho
