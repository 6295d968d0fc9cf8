// SPDX-License-Identifier: Apache-2.0
#include "core/base/parallel.hpp"

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/loop_stop.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("A parallel loop does what a serial loop does, for any number of threads") {
  std::vector<double> serial(10'000);
  for (size_t i = 0; i < serial.size(); ++i) serial[i] = 1.0 / static_cast<double>(i + 1);
  for (const int threads : {1, 2, 5, 0}) {
    set_thread_count(threads);
    std::vector<double> parallel(serial.size());
    parallel_for(parallel.size(), [&](std::size_t i) { parallel[i] = 1.0 / static_cast<double>(i + 1); });
    CHECK(parallel == serial);
    CHECK(std::accumulate(parallel.begin(), parallel.end(), 0.0) ==
          std::accumulate(serial.begin(), serial.end(), 0.0));
  }
}

TEST_CASE("The thread count is the one that was set, and 0 means at least one") {
  set_thread_count(3);
  CHECK(thread_count() == 3);
  set_thread_count(0);
  CHECK(thread_count() >= 1);
}

TEST_CASE("Each index runs exactly once, and an empty loop not at all") {
  std::vector<std::atomic<int>> runs(1000);
  parallel_for(runs.size(), [&](std::size_t i) { ++runs[i]; });
  for (const auto& count : runs) REQUIRE(count == 1);
  parallel_for(0, [](std::size_t) { FAIL("must not run"); });
}

TEST_CASE("An exception of the body reaches the caller with its type and message") {
  for (const std::size_t count : {std::size_t{1}, std::size_t{200}}) {
    const auto loop = [&] {
      parallel_for(count, [&](std::size_t i) {
        if (i == count / 2) throw DataError("sample 7 is damaged");
      });
    };
    CHECK_THROWS_AS(loop(), DataError);
    CHECK_THROWS_WITH(loop(), ContainsSubstring("sample 7 is damaged"));
  }
  std::atomic<int> runs = 0;
  parallel_for(10, [&](std::size_t) { ++runs; });  // the arena still works
  CHECK(runs == 10);
}

TEST_CASE("Loops nest, and an inner loop never runs a piece of the outer one") {
  set_thread_count(4);
  std::vector<int> sums(40);
  std::atomic<int> intrusions = 0;
  parallel_for(sums.size(), [&](std::size_t i) {
    thread_local int depth = 0;
    intrusions += depth != 0;
    ++depth;
    std::vector<int> inner(10);
    parallel_for(inner.size(), [&](std::size_t j) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));  // gives the other threads time to steal
      inner[j] = static_cast<int>(i * j);
    });
    --depth;
    sums[i] = std::accumulate(inner.begin(), inner.end(), 0);
  });
  for (size_t i = 0; i < sums.size(); ++i) CHECK(sums[i] == static_cast<int>(i) * 45);
  CHECK(intrusions == 0);
  set_thread_count(0);
}

TEST_CASE("A loop ends at its next call once the stop that lives is asked for") {
  set_thread_count(1);
  std::atomic<bool> flag{false};
  int calls = 0;
  {
    const LoopStop stop(flag);
    const auto body = [&](std::size_t) { flag = ++calls == 3; };
    CHECK_THROWS_AS(parallel_for(10, body), RunError);
    CHECK(calls == 3);
    CHECK_THROWS_AS(parallel_for(1, body), RunError);
  }
  parallel_for(10, [&](std::size_t) { ++calls; });
  CHECK(calls == 13);
}
