// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/dataset.hpp"
#include "evaluators/foreign_network.hpp"

namespace mho {

/// An architecture named on the command line, with its weights where it came with some.
struct NamedArchitecture {
  Architecture architecture;
  std::optional<Parameters> parameters;
  std::vector<std::string> notes = {};  ///< what the user has to know of the file, a line each
  std::string features = {};            ///< Candidate::features of a winner folder
};

/// What `name` names without a task: a winner folder (then its weights come along), an ONNX file (the same),
/// an architecture's JSON file; nothing for a built-in name. `input` is the task's shape where there is one.
/// Throws DataError, ArchitectureError, or ConfigError for an ONNX file without a `reader`.
std::optional<NamedArchitecture> load_network(const std::string& name, const NetworkReader& reader,
                                              std::optional<Shape> input = std::nullopt);

/// The same, and a built-in name is built for the task's input shape and classes. Also throws ConfigError
/// when what it names takes another input or gives another number of classes than `dataset` has.
NamedArchitecture find_architecture(const std::string& name, const Dataset& dataset,
                                    const NetworkReader& reader);

/// A network and the task's data, preprocessed as the network wants them.
struct NetworkAndData {
  NamedArchitecture network;  ///< with its preprocessing
  Dataset dataset;
  std::optional<Parameters> start = {};  ///< weights of training.from that it is to be trained from
};
/// The network with the task's data; one that brings no preprocessing takes the task's. Throws as
/// load_dataset, or ConfigError when they do not fit.
NetworkAndData add_data(NamedArchitecture network, const std::string& name, const TaskConfig& task);
/// The same of what `name` names; throws as find_architecture, too. `from` is a training.from or "": weights
/// that come with `name` are judged as they are, unless it is what `from` names. Throws ConfigError when the
/// two are not of one architecture.
NetworkAndData load_network_and_data(const std::string& name, const TaskConfig& task,
                                     const NetworkReader& reader, const std::string& from = "");

/// The same, of a network that has to have weights.
struct CandidateAndData {
  Candidate candidate;
  std::vector<std::string> notes;
  Dataset dataset;
};
CandidateAndData load_candidate_and_data(const std::string& name, const TaskConfig& task,
                                         const NetworkReader& reader);

/// The split that --split names: "test", "train", "validation". Throws ConfigError when it is empty.
const Samples& split_of(const Dataset& dataset, const std::string& name);

/// Throws ConfigError, calling the network `name`, where `features` (Candidate::features) and the data's name
/// two vocabularies: a character's number would mean another one.
void check_vocabulary(const std::string& features, const std::string& name, const Dataset& dataset);

/// The features.json of a winner's or chip's folder; "" where there is none. Throws DataError.
std::string features_in(const std::filesystem::path& folder);

/// Throws ConfigError, calling the network `name`, unless the network fits the data.
void check_fits(const Architecture& architecture, const std::string& name, const Dataset& dataset);

}  // namespace mho
