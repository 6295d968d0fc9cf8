// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/zip.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string sample_archive() {
  const TemporaryFolder folder;
  write_zip(folder / "a.zip", {{"one.txt", "hello hello hello hello"}, {"two.bin", std::string(1000, '\7')}});
  return read_text_file(folder / "a.zip");
}

std::string error_of(const std::string& bytes) {
  try {
    parse_zip(bytes, "a.zip");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

/// `bytes` with the number at `offset` replaced.
std::string patched(std::string bytes, size_t offset, std::uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) bytes[offset + i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

/// `content` as the only, stored member "m".
std::string stored_archive(const std::string& content, const std::string& crc) {
  const auto number = [](size_t value, size_t width) {
    return patched(std::string(width, '\0'), 0, value, width);
  };
  const auto shared = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + crc +
                      number(content.size(), 4) + number(content.size(), 4) + number(1, 2) + number(0, 2);
  const auto local = "PK\3\4" + shared + "m" + content;
  const auto central = "PK\1\2" + number(20, 2) + shared + std::string(10, '\0') + number(0, 4) + "m";
  return local + central + "PK\5\6" + number(0, 4) + number(1, 2) + number(1, 2) + number(central.size(), 4) +
         number(local.size(), 4) + number(0, 2);
}

}  // namespace

TEST_CASE("Members that were written read back, empty ones too") {
  const TemporaryFolder folder;
  std::map<std::string, std::string> members{{"empty", ""}, {"folder/text", "abc"}};
  for (int i = 0; i < 100'000; ++i) members["noise"] += static_cast<char>((i * 2654435761u) >> 13);
  write_zip(folder / "a.zip", members);
  CHECK(read_zip(folder / "a.zip") == members);
  write_zip(folder / "a.zip", {});
  CHECK(read_zip(folder / "a.zip").empty());
}

TEST_CASE("A stored member is read") {
  // CRC-32 of "123456789" is cbf43926 (the check value of every CRC-32 description).
  CHECK(parse_zip(stored_archive("123456789", "\x26\x39\xf4\xcb"), "a").at("m") == "123456789");
}

TEST_CASE("A wrong CRC-32 is refused and shown") {
  const auto message = error_of(stored_archive("123456788", "\x26\x39\xf4\xcb"));
  CHECK_THAT(message, ContainsSubstring("expected CRC-32 cbf43926 for member 'm', found"));
}

TEST_CASE("An archive cut anywhere is refused") {
  const auto good = sample_archive();
  REQUIRE(error_of(good) == "no error");
  for (size_t size = 0; size < good.size(); ++size) REQUIRE(error_of(good.substr(0, size)) != "no error");
  CHECK_THAT(error_of(""), ContainsSubstring("a.zip: byte 0: expected the end record"));
}

TEST_CASE("A changed byte is never read as other content") {
  const auto good = sample_archive();
  const auto members = parse_zip(good, "a");
  for (size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x15);
    try {
      for (const auto& [name, content] : parse_zip(bad, "a"))
        if (members.contains(name)) REQUIRE(content == members.at(name));
    } catch (const DataError&) {
    }
  }
}

TEST_CASE("Members that cannot be read are refused with the reason") {
  const auto good = stored_archive("123456789", "\x26\x39\xf4\xcb");
  const size_t central = good.find("PK\1\2"), end = good.find("PK\5\6");
  CHECK_THAT(error_of(patched(good, central + 10, 9, 2)),
             ContainsSubstring("stored) or 8 (deflated), found 9"));
  CHECK_THAT(error_of(patched(good, central + 8, 1, 2)), ContainsSubstring("encrypted"));
  CHECK_THAT(error_of(patched(good, central + 24, 0xffffffff, 4)), ContainsSubstring("zip64"));
  CHECK_THAT(error_of(patched(good, end + 16, 0xffffffff, 4)), ContainsSubstring("zip64"));
  CHECK_THAT(error_of(patched(good, end + 10, 2, 2)), ContainsSubstring("expected signature 02014b50"));
  CHECK_THAT(error_of(patched(good, central + 20, 4000, 4)), ContainsSubstring("overlap"));
  const auto bomb = patched(patched(good, central + 10, 8, 2), central + 24, 0x7fffffff, 4);
  CHECK_THAT(error_of(bomb), ContainsSubstring("a possible compression ratio"));
}

TEST_CASE("Two members of one name are refused") {
  auto bytes = sample_archive();
  for (size_t at = 0; (at = bytes.find("two.bin", at)) != std::string::npos;) bytes.replace(at, 7, "one.txt");
  CHECK_THAT(error_of(bytes), ContainsSubstring("'one.txt' twice"));
}

TEST_CASE("Members that would unpack to more than the limit are refused before they are unpacked") {
  auto bytes = sample_archive();
  const auto central = bytes.find("PK\1\2");
  bytes = patched(bytes, central + 24, largest_unpacked, 4);
  CHECK_THAT(error_of(bytes), ContainsSubstring("ratio"));  // the first alone is at the limit
  bytes = patched(bytes, central + 24, largest_unpacked + 1, 4);
  CHECK_THAT(error_of(bytes),
             ContainsSubstring("expected members that unpack to at most 2048 MiB, found 2048 "
                               "MiB up to 'one.txt'"));
}
