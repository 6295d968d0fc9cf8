// SPDX-License-Identifier: Apache-2.0
#include "cli/candidate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_architectures.hpp"

namespace mho {
namespace {

Shape shape_of(const Samples& samples) { return {samples.height, samples.width, samples.channels}; }

/// "10 outputs", "100 steps of 84 outputs"
std::string outputs_text(std::int64_t steps, int outputs) {
  return steps == 1 ? fmt::format("{} outputs", outputs)
                    : fmt::format("{} steps of {} outputs", steps, outputs);
}

/// "vocabulary" of features.json; "" where there is none.
std::string vocabulary_in(const std::string& features) {
  const auto json = nlohmann::json::parse(features, nullptr, false);
  return json.is_object() && json.contains("vocabulary") && json["vocabulary"].is_string()
             ? json["vocabulary"].get<std::string>()
             : "";
}

/// As between the quotes of a string in TOML.
std::string escaped(const std::string& text) {
  const auto quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

bool looks_like_a_file(const std::string& name) {
  return name.ends_with(".json") || name.find('/') != std::string::npos;
}

NamedArchitecture read_foreign(const std::string& name, const NetworkReader& reader,
                               std::optional<Shape> input) {
  if (!reader)
    throw ConfigError(
        fmt::format("{}: reading ONNX needs the Python package mho, which this executable runs without: run "
                    "it with ./mho, or "
                    "`python -m mho` where the onnx package is installed",
                    name));
  auto network = reader(name, input);
  auto notes = network.notes;
  for (auto& note : notes) note = name + ": " + note;
  auto candidate = to_candidate(std::move(network), name);
  return {std::move(candidate.architecture), std::move(candidate.parameters), std::move(notes)};
}

bool same_place(const std::string& a, const std::string& b) {
  return std::filesystem::weakly_canonical(a) == std::filesystem::weakly_canonical(b);
}

/// The weights of `from`, which has to be the same network; its preprocessing, too, where `network` has none.
Parameters take_start(NamedArchitecture& network, const std::string& name, NamedArchitecture start,
                      const std::string& from) {
  if (!start.parameters)
    throw ConfigError(
        "training.from: expected a network with its weights (a winner folder or an ONNX file), got " + from);
  const auto own = network.architecture.declarations(), other = start.architecture.declarations();
  const auto [at, differs] = std::mismatch(own.begin(), own.end(), other.begin(), other.end());
  if (at != own.end() || differs != other.end())
    throw ConfigError(
        fmt::format("training.from: {}: expected the layers of {}, got others: '{}' where that has '{}'; to "
                    "train the file "
                    "itself, name it instead of {}",
                    from, name, differs == other.end() ? "none" : differs->name,
                    at == own.end() ? "none" : at->name, name));
  if (const auto& brought = start.architecture.preprocessing();
      brought && !network.architecture.preprocessing())
    network.architecture = network.architecture.with_preprocessing(*brought);
  return std::move(*start.parameters);
}

/// The data again where the network wants them otherwise than the task says; it then says so itself.
NetworkAndData preprocessed(NamedArchitecture network, const std::string& name, Dataset dataset,
                            const TaskConfig& task) {
  check_fits(network.architecture, name, dataset);
  if (const auto& own = network.architecture.preprocessing();
      own && (own->mean != dataset.mean || own->standard_deviation != dataset.standard_deviation)) {
    dataset = load_dataset(task, Normalisation{own->mean, own->standard_deviation});
    network.notes.push_back(fmt::format(
        "images are preprocessed as {} brings it (mean {}, deviation {}), which differs from the task's",
        name, fmt::join(own->mean, ", "), fmt::join(own->standard_deviation, ", ")));
  }
  network.architecture = network.architecture.with_preprocessing({dataset.mean, dataset.standard_deviation});
  return {std::move(network), std::move(dataset)};
}

}  // namespace

void check_fits(const Architecture& architecture, const std::string& name, const Dataset& dataset) {
  const auto shape = shape_of(dataset.train);
  const auto steps = dataset.train.answers_each();
  if (architecture.input() == shape && architecture.classes() == dataset.outputs &&
      architecture.output_steps() == steps)
    return;
  throw ConfigError(fmt::format("{}: expected a network for data set '{}' ({}, {}), got one for {}, {}", name,
                                dataset.name, to_string(shape), outputs_text(steps, dataset.outputs),
                                to_string(architecture.input()),
                                outputs_text(architecture.output_steps(), architecture.classes())));
}

std::string features_in(const std::filesystem::path& folder) {
  const auto file = folder / "features.json";
  return is_file(file) ? read_text_file(file, largest_config) : "";
}

void check_vocabulary(const std::string& features, const std::string& name, const Dataset& dataset) {
  const auto own = vocabulary_in(features), given = vocabulary_in(dataset.features);
  if (own.empty() || given.empty() || own == given) return;
  throw ConfigError(fmt::format(
      "{}: expected data set '{}' in the network's vocabulary, \"{}\", got \"{}\"; prepare the text "
      "with text.vocabulary = the former",
      name, dataset.name, escaped(own), escaped(given)));
}

const Samples& split_of(const Dataset& dataset, const std::string& name) {
  const auto& split = name == "test" ? dataset.test : name == "train" ? dataset.train : dataset.validation;
  if (split.count() == 0)
    throw ConfigError(
        fmt::format("--split {}: expected samples in data set '{}', got none", name, dataset.name));
  return split;
}

std::optional<NamedArchitecture> load_network(const std::string& name, const NetworkReader& reader,
                                              std::optional<Shape> input) {
  if (name.ends_with(".onnx")) return read_foreign(name, reader, input);
  if (is_folder(name)) {
    auto candidate = load_candidate(name);
    return NamedArchitecture{
        std::move(candidate.architecture), std::move(candidate.parameters), {}, candidate.features};
  }
  if (is_file(name) || looks_like_a_file(name))
    return NamedArchitecture{load_architecture(name), std::nullopt};
  return std::nullopt;
}

NamedArchitecture find_architecture(const std::string& name, const Dataset& dataset,
                                    const NetworkReader& reader) {
  auto found = load_network(name, reader, shape_of(dataset.train));
  if (!found) return {make_builtin(name, shape_of(dataset.train), dataset.outputs), std::nullopt};
  check_vocabulary(found->features, name, dataset);
  check_fits(found->architecture, name, dataset);
  return std::move(*found);
}

NetworkAndData add_data(NamedArchitecture network, const std::string& name, const TaskConfig& task) {
  return preprocessed(std::move(network), name, load_dataset(task), task);
}

NetworkAndData load_network_and_data(const std::string& name, const TaskConfig& task,
                                     const NetworkReader& reader, const std::string& from) {
  auto dataset = load_dataset(task);
  auto network = find_architecture(name, dataset, reader);
  std::optional<Parameters> start;
  if (!from.empty() && (!network.parameters || same_place(name, from)))
    start = take_start(network, name, find_architecture(from, dataset, reader), from);
  auto found = preprocessed(std::move(network), name, std::move(dataset), task);
  found.start = std::move(start);
  return found;
}

CandidateAndData load_candidate_and_data(const std::string& name, const TaskConfig& task,
                                         const NetworkReader& reader) {
  auto [network, dataset, start] = load_network_and_data(name, task, reader);
  if (!network.parameters)
    throw ConfigError(name +
                      ": expected a network with its weights (a winner folder or an ONNX file), got an "
                      "architecture alone");
  return {{std::move(network.architecture), std::move(*network.parameters), dataset.features},
          std::move(network.notes),
          std::move(dataset)};
}

}  // namespace mho
