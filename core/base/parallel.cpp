// SPDX-License-Identifier: Apache-2.0
#include "core/base/parallel.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <memory>

namespace mho {
namespace {

/// The arena is the process's, like its threads; everything else is passed by argument.
std::unique_ptr<tbb::task_arena>& arena() {
  static auto instance = std::make_unique<tbb::task_arena>();
  return instance;
}

}  // namespace

void set_thread_count(int threads) {
  arena() = std::make_unique<tbb::task_arena>(threads > 0 ? threads : tbb::task_arena::automatic);
}

int thread_count() { return arena()->max_concurrency(); }

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 0) return;
  if (count == 1) return body(0);
  arena()->execute([&] {
    tbb::this_task_arena::isolate([&] {
      tbb::parallel_for(std::size_t{0}, count, std::size_t{1}, body, tbb::simple_partitioner{});
    });
  });
}

}  // namespace mho
