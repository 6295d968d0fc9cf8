// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/file_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using Kind = FileLock::Kind;

TEST_CASE("One holds a lock alone, several share one, and it is free again with the object") {
  const TemporaryFolder folder;
  const auto file = folder / "lock";
  {
    const FileLock alone(file, Kind::exclusive);
    CHECK(alone.held());
    CHECK_FALSE(FileLock(file, Kind::exclusive).held());
    CHECK_FALSE(FileLock(file, Kind::shared).held());
  }
  const FileLock one(file, Kind::shared), another(file, Kind::shared);
  CHECK(one.held());
  CHECK(another.held());
  CHECK_FALSE(FileLock(file, Kind::exclusive).held());
}

TEST_CASE("The lock of a process that was killed is free") {
  const TemporaryFolder folder;
  const auto file = folder / "lock";
  int told[2];
  REQUIRE(::pipe(told) == 0);
  const auto child = ::fork();
  if (child == 0) {
    const FileLock lock(file, Kind::exclusive);
    const char held = lock.held() ? 'y' : 'n';
    if (::write(told[1], &held, 1) == 1) ::pause();
    ::_exit(1);
  }
  char held = 0;
  REQUIRE(::read(told[0], &held, 1) == 1);
  CHECK(held == 'y');
  CHECK_FALSE(FileLock(file, Kind::exclusive).held());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(FileLock(file, Kind::exclusive).held());
  ::close(told[0]);
  ::close(told[1]);
}

TEST_CASE("A lock that cannot be made is an error that names the file") {
  CHECK_THROWS_AS(FileLock("/proc/mho-none/lock", Kind::exclusive), RunError);
  CHECK_THROWS_WITH(FileLock("/proc/mho-none/lock", Kind::exclusive), ContainsSubstring("/proc/mho-none"));
}
