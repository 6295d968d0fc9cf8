// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/source_files.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("A folder's files are listed with their paths, hidden ones left alone") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "yes/1.wav", std::string("one"));
  write_file_atomically(folder / "no/2.WAV", std::string("two"));
  write_file_atomically(folder / "no/.hidden.wav", std::string("x"));
  write_file_atomically(folder / ".git/3.wav", std::string("x"));
  const SourceFiles files(folder.path());
  CHECK(files.paths() == std::vector<std::string>{"no/2.WAV", "yes/1.wav"});
  CHECK(files.has("yes/1.wav"));
  CHECK(!files.has("yes"));
  CHECK(files.read("no/2.WAV") == "two");
  CHECK(files.name("no/2.WAV") == (folder / "no/2.WAV").string());
  CHECK(has_ending("no/2.WAV", {".flac", ".wav"}));
}

TEST_CASE("Folders that lead back into themselves end") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a/1.wav", std::string("one"));
  std::filesystem::create_directory_symlink(folder.path(), folder / "a/again");
  CHECK(SourceFiles(folder.path()).paths().size() <= 9);
}

TEST_CASE("What is neither a folder nor an archive is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(SourceFiles(folder / "none"), DataError);
  write_file_atomically(folder / "file", std::string("no archive"));
  CHECK_THROWS_WITH(SourceFiles(folder / "file"), ContainsSubstring("file: byte 0: expected"));
}
