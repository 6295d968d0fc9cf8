// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace mho {

/// Sizes the one arena that every parallel loop of this process runs in; 0 means all cores. Call it once, at
/// the start, from the command line or the binding: the library itself makes no threads before a loop needs
/// them.
void set_thread_count(int threads);
int thread_count();

/// Calls body(i) for i in [0, count), on the arena's threads. The calls must not depend on each other;
/// results must not depend on which thread ran what. Loops may nest: an inner loop never picks up work of an
/// outer one. The first exception is passed on after the running calls have ended.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace mho
