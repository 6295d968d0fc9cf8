// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/regular_file.hpp"

#include <sys/stat.h>

#include <string>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("A file is read piece by piece up to its end") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("abcde"));
  RegularFile file(folder / "file", 5);
  CHECK(file.size() == 5);
  std::string piece(3, '\0');
  CHECK(file.read(piece) == 3);
  CHECK(piece == "abc");
  CHECK(file.read(piece) == 2);
  CHECK(file.read(piece) == 0);
}

TEST_CASE("A file that is too large is refused by its size, without reading it") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string(6, 'x'));
  CHECK_THROWS_WITH(RegularFile(folder / "file", 5),
                    ContainsSubstring("file: too large to read: expected at most 5 bytes, found 6 bytes"));
  std::filesystem::resize_file(folder / "file", std::uint64_t{6} << 30);  // sparse
  CHECK_THROWS_AS(read_text_file(folder / "file"), DataError);
  CHECK_THROWS_WITH(read_text_file(folder / "file"),
                    ContainsSubstring("file: too large to read: expected at most 256 MiB, found 6144 MiB"));
}

TEST_CASE("A file that grows beyond the limit while it is read is refused") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("abc"));
  RegularFile file(folder / "file", 4);
  append_line_durably(folder / "file", "defg");
  std::string piece(8, '\0');
  CHECK_THROWS_WITH(file.read(piece), ContainsSubstring("too large to read"));
}

TEST_CASE("Folders, pipes and devices are refused at once") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(RegularFile(folder.path(), 5),
                    ContainsSubstring("expected a regular file, found a directory"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(RegularFile(folder / "pipe", 5),
                    ContainsSubstring("pipe: expected a regular file, found a pipe"));
  CHECK_THROWS_WITH(RegularFile("/dev/zero", 5),
                    ContainsSubstring("/dev/zero: expected a regular file, found a device"));
}

TEST_CASE("A path that leads nowhere is an error that names it") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("circle", folder / "circle");
  CHECK_THROWS_WITH(RegularFile(folder / "circle", 5), ContainsSubstring("circle: cannot be opened: "));
  CHECK_THROWS_AS(RegularFile(folder / std::string(5000, 'x'), 5), DataError);
}

TEST_CASE("Sizes are told in the unit that fits") {
  CHECK(byte_size(1023) == "1023 bytes");
  CHECK(byte_size(1024) == "1 KiB");
  CHECK(byte_size(largest_config) == "1 MiB");
}
