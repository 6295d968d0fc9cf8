// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/paths.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("Files and folders are told apart, links followed") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("x"));
  std::filesystem::create_symlink("file", folder / "link");
  CHECK(is_file(folder / "file"));
  CHECK(is_file(folder / "link"));
  CHECK_FALSE(is_file(folder.path()));
  CHECK(is_folder(folder.path()));
  CHECK_FALSE(is_folder(folder / "file"));
  CHECK(is_there(folder / "link"));
  for (const char* none : {"none", "file/below"}) {
    CHECK_FALSE(is_file(folder / none));
    CHECK_FALSE(is_folder(folder / none));
    CHECK_FALSE(is_there(folder / none));
  }
}

TEST_CASE("Links in a circle and names that are too long are input errors that name the path") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("circle", folder / "circle");
  for (const auto& path : {folder / "circle", folder / std::string(300, 'x')}) {
    CHECK_THROWS_AS(is_file(path), DataError);
    CHECK_THROWS_WITH(is_folder(path), ContainsSubstring(path.string() + ": cannot be looked up: "));
    CHECK_THROWS_AS(is_there(path), DataError);
    CHECK_THROWS_AS(list_folder(path), DataError);
    CHECK_THROWS_AS(make_folder(path / "below"), DataError);
  }
}

TEST_CASE("A folder is made once, and what stands in its way is told") {
  const TemporaryFolder folder;
  CHECK(make_folder(folder / "a/b"));
  CHECK_FALSE(make_folder(folder / "a/b"));
  write_file_atomically(folder / "file", std::string("x"));
  CHECK_THROWS_AS(make_folder(folder / "file/below"), RunError);
  CHECK_THROWS_WITH(make_folder(folder / "file/below"), ContainsSubstring("cannot make folder"));
}

TEST_CASE("A folder is listed in the order of the names") {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a", "c"}) write_file_atomically(folder / name, std::string("x"));
  CHECK(list_folder(folder.path()) ==
        std::vector<std::filesystem::path>{folder / "a", folder / "b", folder / "c"});
  CHECK_THROWS_WITH(list_folder(folder / "none"), ContainsSubstring("none: cannot be listed"));
}
