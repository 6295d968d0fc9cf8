// SPDX-License-Identifier: Apache-2.0
#include "core/base/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/loop_stop.hpp"

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace mho {
namespace {

/// What the thread sanitizer cannot see in a oneTBB that is built without it: the calls of a loop begin after
/// the loop was entered, and it is left after they have ended. Between the calls of one loop nothing is
/// promised.
struct LoopOrder {
#ifdef __SANITIZE_THREAD__
  void enter() { __tsan_release(&entered); }
  void begin_call() { __tsan_acquire(&entered); }
  void end_call() { __tsan_release(&ended); }
  void leave() { __tsan_acquire(&ended); }
  char entered = 0, ended = 0;
#else
  void enter() {}
  void begin_call() {}
  void end_call() {}
  void leave() {}
#endif
};

/// The arena and the number of threads that TBB may make for it.
struct Threads {
  explicit Threads(int count)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count)), arena(count) {}
  tbb::global_control limit;  // without it TBB caps an arena at the number of cores and prints a warning
  tbb::task_arena arena;
};

/// The threads are the process's; everything else is passed by argument.
std::unique_ptr<Threads>& threads_of_process() {
  static auto instance = std::make_unique<Threads>(tbb::info::default_concurrency());
  return instance;
}

std::atomic<const std::atomic<bool>*> loop_stop{nullptr};

void expect_not_stopped() {
  const auto* flag = loop_stop.load(std::memory_order_relaxed);
  if (flag && flag->load(std::memory_order_relaxed)) throw RunError("stopped");
}

}  // namespace

LoopStop::LoopStop(const std::atomic<bool>& flag) : flag_(&flag) { loop_stop = flag_; }

LoopStop::~LoopStop() {
  auto* mine = flag_;
  loop_stop.compare_exchange_strong(mine, nullptr);
}

void set_thread_count(int threads) {
  auto& current = threads_of_process();
  current.reset();  // TBB obeys the smallest limit that exists: the old one goes first
  current = std::make_unique<Threads>(threads > 0 ? threads : tbb::info::default_concurrency());
}

int thread_count() { return threads_of_process()->arena.max_concurrency(); }

void detail::run_parallel(std::size_t count, const void* body, void (*call)(const void*, std::size_t)) {
  if (count == 0) return;
  expect_not_stopped();
  if (count == 1) return call(body, 0);
  LoopOrder order;
  // What it captures is read before begin_call can have said that the caller wrote it earlier.
  const auto run = [ =, &order ](std::size_t i) __attribute__((no_sanitize("thread"))) {
    expect_not_stopped();
    order.begin_call();
    call(body, i);
    order.end_call();
  };
  order.enter();
  threads_of_process()->arena.execute([&] {
    tbb::this_task_arena::isolate(
        [&] { tbb::parallel_for(std::size_t{0}, count, std::size_t{1}, run, tbb::simple_partitioner{}); });
  });
  order.leave();
}

}  // namespace mho
