// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/compressed.hpp"

#include <cstdlib>
#include <iostream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

// printf 'hello, compressed world\n' | gzip -9n
const std::string gzip_bytes(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\x48\xce\xcf\x2d\x28\x4a\x2d"
    "\x2e\x4e\x4d\x51\x28\xcf\x2f\xca\x49\xe1\x02\x00\x3f\xba\x39\x3c\x18\x00\x00\x00",
    44);
const std::string plain = "hello, compressed world\n";

std::string error_of(const std::string& bytes) {
  try {
    decompress(bytes, "x.gz");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

/// `content` compressed by the xz program, or nothing (and one printed line) where there is none.
std::string xz(const std::string& content, const std::string& options) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "x", content);
  if (std::system(("xz -k " + options + " '" + (folder / "x").string() + "' 2>/dev/null").c_str()) != 0) {
    std::cout << "skipped: no xz program to make files with\n";
    return "";
  }
  return read_text_file(folder / "x.xz");
}

std::string noise(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>((i * i * 2654435761u) >> 11);
  return text;
}

}  // namespace

TEST_CASE("gzip is told by its first bytes, anything else is passed through") {
  CHECK(decompress(gzip_bytes, "x") == plain);
  CHECK(decompress(plain, "x") == plain);
  CHECK(decompress("", "x").empty());
}

TEST_CASE("gzip members that follow each other are joined") {
  CHECK(decompress(gzip_bytes + gzip_bytes, "x") == plain + plain);
}

TEST_CASE("What unpacks to more than the limit is refused, up to it is not") {
  CHECK(decompress(gzip_bytes, "x", plain.size()) == plain);
  CHECK_THROWS_AS(decompress(gzip_bytes, "x", plain.size() - 1), DataError);
  CHECK_THROWS_WITH(decompress(gzip_bytes, "bomb.gz", 10),
                    ContainsSubstring("bomb.gz: too large to unpack: expected at most 10 bytes, found more"));
  const auto two = gzip_bytes + gzip_bytes;
  CHECK(decompress(two, "x", 2 * plain.size()) == plain + plain);
  CHECK_THROWS_AS(decompress(two, "x", 2 * plain.size() - 1), DataError);
  const auto large = xz(std::string(300'000, 'z'), "-6");
  if (large.empty()) return;
  CHECK(decompress(large, "x", 300'000).size() == 300'000);
  CHECK_THROWS_WITH(decompress(large, "x.xz", 299'999), ContainsSubstring("x.xz: too large to unpack"));
}

TEST_CASE("A gzip file cut anywhere is refused") {
  for (size_t size = 2; size < gzip_bytes.size(); ++size) {
    const auto message = error_of(gzip_bytes.substr(0, size));
    REQUIRE_THAT(message, ContainsSubstring("truncated"));
    REQUIRE_THAT(message, ContainsSubstring("x.gz: byte " + std::to_string(size)));
  }
}

TEST_CASE("A gzip file with a wrong check sum, size, method or tail is refused") {
  auto bad = gzip_bytes;
  bad[bad.size() - 6] ^= 1;
  CHECK_THAT(error_of(bad), ContainsSubstring("incorrect data check"));
  bad = gzip_bytes;
  bad[bad.size() - 2] ^= 1;
  CHECK_THAT(error_of(bad), ContainsSubstring("incorrect length check"));
  bad = gzip_bytes;
  bad[2] = 7;
  CHECK_THAT(error_of(bad), ContainsSubstring("unknown compression method"));
  CHECK_THAT(error_of(gzip_bytes + "tail"), ContainsSubstring("another gzip member"));
}

TEST_CASE("xz is read with the Delta filter, any check and several streams") {
  const auto content = noise(300'000) + std::string(200'000, 'z');
  for (const char* options :
       {"-6", "--delta=dist=3 --lzma2", "--check=crc32", "--check=sha256 --block-size=100000"}) {
    const auto bytes = xz(content, options);
    if (bytes.empty()) return;
    CHECK(decompress(bytes, "x") == content);
    CHECK(decompress(bytes + bytes, "x") == content + content);
  }
}

TEST_CASE("A damaged xz file is refused") {
  const auto good = xz(noise(5000), "--check=crc64");
  if (good.empty()) return;
  for (size_t size = 6; size < good.size(); size += 7)
    REQUIRE_THAT(error_of(good.substr(0, size)), ContainsSubstring("truncated"));
  for (size_t i = 6; i < good.size(); i += 5) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    REQUIRE_THAT(error_of(bad), ContainsSubstring("expected"));
  }
  CHECK_THAT(error_of(good + "tail"), ContainsSubstring("expected"));
}

TEST_CASE("A file is read with or without compression, and a missing one is refused by name") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a.gz", gzip_bytes);
  CHECK(read_maybe_compressed(folder / "a.gz") == plain);
  write_file_atomically(folder / "a", std::string("raw"));
  CHECK(read_maybe_compressed(folder / "a") == "raw");
  CHECK_THROWS_WITH(read_maybe_compressed(folder / "none"), ContainsSubstring("none: cannot be opened"));
}
