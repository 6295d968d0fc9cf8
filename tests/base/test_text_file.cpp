// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/text_file.hpp"

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "tests/catch.hpp"
#include "tests/file_size_limit.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("A file that was written reads back, whatever its bytes") {
  const TemporaryFolder folder;
  std::string content(200'000, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31);
  write_file_atomically(folder / "a/b/c.bin", content);
  CHECK(read_text_file(folder / "a/b/c.bin") == content);
  write_file_atomically(folder / "a/b/c.bin", std::string());
  CHECK(read_text_file(folder / "a/b/c.bin").empty());
}

TEST_CASE("An atomic write leaves no other file behind, from several threads too") {
  const TemporaryFolder folder;
  const auto file = folder / "same.txt";
  parallel_for(
      16, [&](std::size_t i) { write_file_atomically(file, std::string(1000, static_cast<char>('a' + i))); });
  const auto content = read_text_file(file);
  CHECK(content == std::string(1000, content.at(0)));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A failed write leaves the old file, no temporary one, and says where") {
  const TemporaryFolder folder;
  const auto taken = folder / "taken";
  std::filesystem::create_directories(taken / "full");
  CHECK_THROWS_AS(write_file_atomically(taken, std::string("x")), RunError);
  CHECK_THROWS_WITH(write_file_atomically(taken, std::string("x")), ContainsSubstring("taken"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  write_file_atomically(folder / "file", std::string("old"));
  CHECK_THROWS_WITH(write_file_atomically(folder / "file/below", std::string("x")),
                    ContainsSubstring("cannot make folder"));
  CHECK(read_text_file(folder / "file") == "old");
}

TEST_CASE("A folder that cannot be written is an error that names the file") {
  CHECK_THROWS_AS(write_file_atomically("/proc/mho/x", std::string("x")), RunError);
  CHECK_THROWS_WITH(append_line_durably("/proc/mho-none/x", "x"), ContainsSubstring("/proc/mho-none/x"));
  CHECK_THROWS_AS(append_line_durably("/dev/full", "x"), RunError);
  CHECK_THROWS_WITH(append_line_durably("/dev/full", "x"), ContainsSubstring("No space left on device"));
}

TEST_CASE("Appended lines follow each other") {
  const TemporaryFolder folder;
  append_line_durably(folder / "log", "one");
  append_line_durably(folder / "log", "two");
  CHECK(read_text_file(folder / "log") == "one\ntwo\n");
}

TEST_CASE("A line that does not fit the disk leaves no part of itself, and the next one is whole") {
  const TemporaryFolder folder;
  append_line_durably(folder / "log", "one");
  {
    const FileSizeLimit limit(8);
    CHECK_THROWS_WITH(append_line_durably(folder / "log", "longer than that"),
                      ContainsSubstring("cannot write") && ContainsSubstring("log: File too large"));
  }
  CHECK(read_text_file(folder / "log") == "one\n");
  append_line_durably(folder / "log", "two");
  CHECK(read_text_file(folder / "log") == "one\ntwo\n");
}

TEST_CASE("Reading what is missing or a folder is an error that names it") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_text_file(folder / "none"), DataError);
  CHECK_THROWS_WITH(read_text_file(folder / "none"), ContainsSubstring("none: cannot be opened"));
  CHECK_THROWS_WITH(read_text_file(folder.path()), ContainsSubstring("directory"));
}
