// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/tar.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string octal(unsigned value, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*o", digits, value);
  return text;
}

void set_check_sum(std::string& header) {
  header.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : header.substr(0, 512)) sum += static_cast<unsigned char>(c);
  header.replace(148, 7, octal(sum, 6) + '\0');
}

/// One entry: header and content, filled up to whole blocks.
std::string entry(const std::string& path, const std::string& content, char type = '0',
                  const std::string& prefix = "") {
  std::string header(512, '\0');
  header.replace(0, path.size(), path);
  header.replace(124, 11, octal(static_cast<unsigned>(content.size()), 11));
  header[156] = type;
  header.replace(257, 8, std::string("ustar\0", 6) + "00");
  header.replace(345, prefix.size(), prefix);
  set_check_sum(header);
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

const std::string end_blocks(1024, '\0');

std::string error_of(const std::string& bytes) {
  try {
    read_tar(bytes, "a.tar");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Files are read by path, folders and links are skipped") {
  const auto files =
      read_tar(entry("folder/", "", '5') + entry("folder/a.txt", "abc") + entry("link", "", '2') +
                   entry("b", std::string(1300, 'x')) + entry("empty", "") + end_blocks,
               "a.tar");
  CHECK(files == std::map<std::string, std::string>{
                     {"folder/a.txt", "abc"}, {"b", std::string(1300, 'x')}, {"empty", ""}});
}

TEST_CASE("Long names come from the prefix, from GNU's 'L' entry and from pax") {
  const auto files =
      read_tar(entry("name", "1", '0', "some/prefix") +
                   entry("././@LongLink", "gnu/long" + std::string(1, '\0'), 'L') + entry("cut", "2") +
                   entry("pax", "17 path=pax/long\n22 mtime=1700000000.5\n", 'x') + entry("cut", "3") +
                   entry("plain", "4") + end_blocks,
               "a.tar");
  CHECK(files == std::map<std::string, std::string>{
                     {"some/prefix/name", "1"}, {"gnu/long", "2"}, {"pax/long", "3"}, {"plain", "4"}});
}

TEST_CASE("A later entry of the same path replaces an earlier one") {
  CHECK(read_tar(entry("a", "old") + entry("a", "new") + end_blocks, "a").at("a") == "new");
}

TEST_CASE("A size in base 256 is read") {
  auto bytes = entry("a", "abc");
  bytes.replace(124, 12, std::string("\x80", 1) + std::string(10, '\0') + '\3');
  set_check_sum(bytes);
  CHECK(read_tar(bytes + end_blocks, "a").at("a") == "abc");
}

TEST_CASE("A truncated archive is refused") {
  const auto good = entry("a", "abc") + entry("b", "def");
  CHECK_THAT(error_of(""), ContainsSubstring("a.tar: byte 0: expected a header or the end block"));
  CHECK_THAT(error_of(good), ContainsSubstring("byte 2048: expected a header or the end block"));
  CHECK_THAT(error_of(good.substr(0, 513)),
             ContainsSubstring("expected 3 bytes of 'a', found the end (truncated)"));
  for (size_t size = 0; size < good.size(); size += 100)
    REQUIRE_THAT(error_of(good.substr(0, size)), ContainsSubstring("truncated"));
}

TEST_CASE("A wrong check sum, size or pax line is refused") {
  auto bad = entry("a", "abc") + end_blocks;
  bad[3] = 'x';
  CHECK_THAT(error_of(bad), ContainsSubstring("byte 148: expected check sum"));
  CHECK_THAT(error_of(std::string(2048, 'x')), ContainsSubstring("not a tar archive"));
  bad = entry("a", "abc");
  bad.replace(124, 11, "0000000009z");
  set_check_sum(bad);
  CHECK_THAT(error_of(bad + end_blocks),
             ContainsSubstring("byte 124: expected an octal size, found '0000000009z'"));
  for (const char* line : {"path=x\n", "99 path=x\n", "9 path=x", "3 \n", "7 path\n", "0 a=b\n"})
    CHECK_THAT(error_of(entry("p", line, 'x') + entry("a", "b") + end_blocks), ContainsSubstring("pax line"));
  CHECK_THAT(error_of(entry("p", "10 size=x\n", 'x') + entry("a", "b") + end_blocks),
             ContainsSubstring("a number for the pax size"));
}

TEST_CASE("The tar program's archives are read") {
  const TemporaryFolder folder;
  const std::string deep = std::string(90, 'd') + "/" + std::string(90, 'e') + "/file";
  write_file_atomically(folder / ("in/" + deep), std::string("deep"));
  write_file_atomically(folder / "in/flat", std::string(5000, 'f'));
  for (const char* format : {"ustar", "pax", "gnu"}) {
    const auto archive = folder / "a.tar";
    const auto command = std::string("tar --format=") + format + " -C '" + (folder / "in").string() +
                         "' -cf '" + archive.string() + "' . 2>/dev/null";
    if (std::system(command.c_str()) != 0) {
      std::cout << "skipped: no GNU tar to make archives with\n";
      return;
    }
    const auto files = read_tar(read_text_file(archive), "a.tar");
    REQUIRE(files.size() == 2);
    CHECK(files.at("./" + deep) == "deep");
    CHECK(files.at("./flat") == std::string(5000, 'f'));
  }
}

TEST_CASE("A real archive is read: 1000 keyword samples of 490 bytes") {
  const auto folder = real_data("mlperf-tiny");
  if (!folder) return;
  size_t samples = 0;
  for (const auto& [path, content] :
       read_tar(read_maybe_compressed(*folder / "kws01.tar.xz"), "kws01.tar.xz"))
    samples += content.size() == 490;
  CHECK(samples == 1000);
}
