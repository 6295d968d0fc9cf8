// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "core/base/error.hpp"

namespace mho {

/// Ctrl-C ended the work; Python's KeyboardInterrupt.
class Interrupted : public RunError {
 public:
  Interrupted() : RunError("interrupted") {}
};

/// The one thread that meets Python: the one that called into the module. While it serves, the work runs on a
/// thread of its own (and on the arena's), none of which ever touches Python or waits for the GIL: they hand
/// over tasks. Ctrl-C arrives here, as Python wants it.
class PythonThread {
 public:
  /// Runs `work` to its end and serves its calls meanwhile. Call it with the GIL released. Passes on what the
  /// work throws.
  void serve(const std::function<void()>& work);

  /// The same for work that knows nothing of stopping: with Ctrl-C its loops end (LoopStop), and Interrupted
  /// is thrown.
  void serve_stoppable(const std::function<void()>& work);

  /// Runs the task on the serving thread, with the GIL, and waits for it. From any thread but the serving
  /// one. Python's exceptions come back as ConfigError (mho._errors.InputError) or RunError (all others).
  void call(const std::function<void()>& task);

  /// Set once Python saw Ctrl-C.
  const std::atomic<bool>& interrupted() const { return interrupted_; }

 private:
  struct Task;

  void serve_until_ended();
  void run(Task& task);
  void check_signals();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task*> tasks_;
  bool ended_ = false;
  std::atomic<bool> interrupted_{false};
};

}  // namespace mho
