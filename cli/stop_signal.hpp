// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include <atomic>

namespace mho {

/// While it lives, the first SIGINT or SIGTERM sets the flag instead of ending the process; a second one ends
/// it at once. The handlers that were there before (Python's, say) come back afterwards. One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& flag() const;

 private:
  struct sigaction interrupt_before_ {};
  struct sigaction terminate_before_ {};
};

}  // namespace mho
