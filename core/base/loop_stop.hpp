// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace mho {

/// While it lives, every parallel loop of the process ends with RunError at its next call once the flag is
/// set: how a host's Ctrl-C ends work that knows nothing of stopping. The last one that was made counts.
class LoopStop {
 public:
  explicit LoopStop(const std::atomic<bool>& flag);
  ~LoopStop();
  LoopStop(const LoopStop&) = delete;
  LoopStop& operator=(const LoopStop&) = delete;

 private:
  const std::atomic<bool>* flag_;
};

}  // namespace mho
