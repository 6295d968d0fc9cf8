// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include <cstdio>

#include "core/base/files/tar.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

namespace {

constexpr size_t block = 512, sum_at = 148, sum_size = 8;

/// Sums of every block that may be a header.
void repair_sums(std::string& bytes) {
  for (size_t at = 0; at + block <= bytes.size(); at += block) {
    if (bytes.compare(at + 257, 5, "ustar") != 0) continue;
    bytes.replace(at + sum_at, sum_size, sum_size, ' ');
    unsigned sum = 0;
    for (size_t i = 0; i < block; ++i) sum += static_cast<unsigned char>(bytes[at + i]);
    char text[sum_size + 1];
    std::snprintf(text, sizeof text, "%06o", sum & 0777777);
    bytes.replace(at + sum_at, 6, text, 6);
    bytes[at + sum_at + 6] = '\0';
  }
}

std::string entry(const std::string& path, const std::string& content, char type) {
  std::string header(block, '\0');
  header.replace(0, path.size(), path);
  char size[12];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(content.size()));
  header.replace(124, 11, size, 11);
  header[156] = type;
  header.replace(257, 8, std::string("ustar\0", 6) + "00");
  return header + content + std::string((block - content.size() % block) % block, '\0');
}

}  // namespace

/// ustar, a pax header with path and size, and a long name of GNU tar.
Parser tar() {
  auto seed = entry("a/b.bin", "content", '0') + entry("pax", "18 path=long/name\n10 size=3\n", 'x') +
              entry("short", "abc", '0') + entry("././@LongLink", std::string(120, 'n') + '\0', 'L') +
              entry("shortened", "xyz", '0') + std::string(2 * block, '\0');
  repair_sums(seed);
  return {"tar", {seed}, [](const std::string& bytes) { read_tar(bytes, file_name); }, repair_sums};
}

}  // namespace mho::fuzz
