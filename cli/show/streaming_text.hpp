// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "evaluators/streaming/streaming.hpp"

namespace mho {

/// A recording that was listened to, and what came out.
struct StreamingResult {
  std::string recording, network;
  double hop_s = 0;
  std::vector<std::string> background;  ///< names of classes that are never detected
  const StreamingTask& task;
  std::vector<StreamingScore> scores;  ///< one a threshold
};

// What `mho stream` prints: for programs, for people.
std::string streaming_json(const StreamingResult& result);
std::string streaming_text(const StreamingResult& result);

}  // namespace mho
