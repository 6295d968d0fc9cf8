// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mho {

/// Sizes the one arena that every parallel loop of this process runs in; 0 means all cores. Call it once, at
/// the start, from the command line or the binding: the library itself makes no threads before a loop needs
/// them.
void set_thread_count(int threads);
int thread_count();

namespace detail {
void run_parallel(std::size_t count, const void* body, void (*call)(const void*, std::size_t));
}

/// Calls body(i) for i in [0, count), on the arena's threads. The calls must not depend on each other;
/// results must not depend on which thread ran what. Loops may nest: an inner loop never picks up work of an
/// outer one. The first exception is passed on after the running calls have ended.
template <class Body>
void parallel_for(std::size_t count, const Body& body) {
  detail::run_parallel(count, &body, [](const void* b, std::size_t i) { (*static_cast<const Body*>(b))(i); });
}

}  // namespace mho
