// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/scratch_folder.hpp"

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("A scratch folder is new, and goes with all that is in it") {
  const TemporaryFolder folder;
  {
    const ScratchFolder one(folder.path()), two(folder.path());
    CHECK(one.path() != two.path());
    CHECK(one.path().parent_path() == folder.path());
    write_file_atomically(one.path() / "a/b", std::string("x"));
  }
  CHECK(list_folder(folder.path()).empty());
}

TEST_CASE("What was there before, or came beside it, stays") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "mine/file", std::string("x"));
  { const ScratchFolder scratch(folder / "mine"); }
  CHECK(read_text_file(folder / "mine/file") == "x");
  {
    const ScratchFolder scratch(folder / "new");
    write_file_atomically(folder / "new/file", std::string("y"));
  }
  CHECK(read_text_file(folder / "new/file") == "y");
}

TEST_CASE("A folder that was made for it goes too, and one that cannot be made is told") {
  const TemporaryFolder folder;
  { const ScratchFolder scratch(folder / "new"); }
  CHECK_FALSE(is_there(folder / "new"));
  write_file_atomically(folder / "file", std::string("x"));
  CHECK_THROWS_AS(ScratchFolder(folder / "file"), RunError);
}
