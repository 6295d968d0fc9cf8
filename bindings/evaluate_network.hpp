// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/foreign_network.hpp"

namespace mho {

/// What mho.evaluate asks for.
struct EvaluationRequest {
  std::string name;                      ///< a network as commands name it, or what to call `given`
  std::optional<ForeignNetwork> given;   ///< a candidate in memory
  std::string config;                    ///< run file; "-": none
  std::vector<std::string> assignments;  ///< as --set
  int threads = 0;                       ///< 0: all cores
  /// Told of every epoch, on the calling thread, with the GIL: epochs done, of how many, loss. May be empty.
  std::function<void(int, int, double)> on_epoch = {};
};

struct EvaluationAnswer {
  std::string score;               ///< the text of score.json
  std::vector<std::string> notes;  ///< a line each
};

/// Judges a network as `mho evaluate` does: without weights it is trained first. Call it with the GIL
/// released. Throws InputError, RunError, Interrupted.
EvaluationAnswer evaluate_network(EvaluationRequest request);

}  // namespace mho
