// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signal.hpp"

namespace mho {
namespace {

// A handler gets no argument of ours, so the flag cannot live in the object.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

extern "C" void request_stop(int) {
  stop_requested.store(true);
  struct sigaction at_once {};
  at_once.sa_handler = SIG_DFL;
  sigaction(SIGINT, &at_once, nullptr);
  sigaction(SIGTERM, &at_once, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested.store(false);
  struct sigaction stop {};
  stop.sa_handler = request_stop;
  stop.sa_flags = SA_RESTART;
  sigemptyset(&stop.sa_mask);
  sigaction(SIGINT, &stop, &interrupt_before_);
  sigaction(SIGTERM, &stop, &terminate_before_);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
}

const std::atomic<bool>& StopSignal::flag() const { return stop_requested; }

}  // namespace mho
