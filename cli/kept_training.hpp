// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "evaluators/training/training.hpp"

namespace mho {

/// Where the training of `mho evaluate --out` stands, kept in the output folder after each epoch: a killed
/// command goes on when it is given again, to the same bits. The file's name tells the training by its
/// configuration, network and starting weights, so that no other one goes on from it. Without a folder
/// nothing is kept.
class KeptTraining {
 public:
  /// `config`: the resolved run file's text. `start`: null for drawn weights.
  KeptTraining(const std::filesystem::path& folder, const Architecture& architecture,
               const std::string& config, const Parameters* start);

  /// Adds what was kept, and the keeping, to a training. Throws DataError for a damaged file.
  void add_to(TrainingPart& part);
  /// Epochs done by a command before this one; 0: none.
  int epochs_before() const { return from_ ? from_->epochs_done : 0; }
  /// Epochs that are kept by now.
  int epochs_kept() const { return epochs_kept_; }
  /// The training is done.
  void remove() const;

 private:
  std::filesystem::path file_;  ///< empty: nothing is kept
  const Architecture& architecture_;
  std::optional<TrainingCheckpoint> from_;
  int epochs_kept_ = 0;
};

}  // namespace mho
