// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr size_t block_size = 512;

[[noreturn]] void fail(const std::string& name, size_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

/// A field's text up to its first NUL.
std::string_view text_field(std::string_view block, size_t offset, size_t size) {
  const auto field = block.substr(offset, size);
  return field.substr(0, field.find('\0'));
}

/// A number field: octal digits between spaces, or GNU's base 256 where the first bit is set.
std::optional<std::uint64_t> number_field(std::string_view block, size_t offset, size_t size) {
  if (static_cast<unsigned char>(block[offset]) == 0x80) {
    std::uint64_t value = 0;
    for (size_t i = 1; i < size; ++i) {
      if (value >> 54) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(block[offset + i]);
    }
    return value;
  }
  auto field = text_field(block, offset, size);
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return value;
}

/// The sum of a header's bytes, its own field (148 to 155) counted as spaces.
std::uint64_t check_sum(std::string_view block) {
  std::uint64_t sum = 8 * ' ';
  for (size_t i = 0; i < block_size; ++i)
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(block[i]);
  return sum;
}

/// What extended headers say about the entry that follows them.
struct Extension {
  std::optional<std::string> path;
  std::optional<std::uint64_t> size;
};

/// A pax header: lines "length key=value\n", length counting the whole line.
void read_pax(std::string_view content, const std::string& name, size_t offset, Extension& extension) {
  while (!content.empty()) {
    size_t length = 0;
    const auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), length);
    const auto digits = static_cast<size_t>(end - content.data());
    if (error != std::errc{} || length <= digits + 1 || length > content.size() ||
        content[length - 1] != '\n')
      fail(name, offset, "a pax line 'length key=value'", fmt::format("'{}'", content.substr(0, 40)));
    const auto line = content.substr(digits + 1, length - digits - 2);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      fail(name, offset, "key=value in a pax line", fmt::format("'{}'", line));
    const auto key = line.substr(0, equals), value = line.substr(equals + 1);
    if (key == "path") extension.path = std::string(value);
    if (key == "size") {
      std::uint64_t size = 0;
      if (std::from_chars(value.data(), value.data() + value.size(), size).ec != std::errc{})
        fail(name, offset, "a number for the pax size", fmt::format("'{}'", value));
      extension.size = size;
    }
    content.remove_prefix(length);
    offset += length;
  }
}

std::string path_of(std::string_view header) {
  std::string path(text_field(header, 0, 100));
  const bool ustar = header.substr(257, 6) == std::string_view("ustar\0", 6);  // GNU's "ustar " has no prefix
  const auto prefix = ustar ? text_field(header, 345, 155) : std::string_view();
  return prefix.empty() ? path : fmt::format("{}/{}", prefix, path);
}

/// Checks the header at `offset`; the size of the content behind it. `stated` (pax) replaces the header's
/// own.
std::uint64_t content_size(std::string_view all, size_t offset, std::optional<std::uint64_t> stated,
                           const std::string& name) {
  const auto header = all.substr(offset, block_size);
  if (number_field(header, 148, 8) != check_sum(header))
    fail(name, offset + 148, fmt::format("check sum {:o}", check_sum(header)),
         fmt::format("'{}' (not a tar archive, or damaged)", text_field(header, 148, 8)));
  const auto size = stated ? stated : number_field(header, 124, 12);
  if (!size) fail(name, offset + 124, "an octal size", fmt::format("'{}'", text_field(header, 124, 12)));
  if (*size > all.size() - offset - block_size)
    fail(name, offset + block_size, fmt::format("{} bytes of '{}'", *size, path_of(header)),
         "the end (truncated)");
  return *size;
}

}  // namespace

std::map<std::string, std::string> read_tar(const std::string& bytes, const std::string& name) {
  const std::string_view all(bytes);
  std::map<std::string, std::string> files;
  Extension extension;
  for (size_t offset = 0;;) {
    if (all.size() - offset < block_size)
      fail(name, offset, "a header or the end block", "the end (truncated)");
    const auto header = all.substr(offset, block_size);
    if (header.find_first_not_of('\0') == std::string_view::npos) return files;
    const char type = header[156];
    const bool extends =
        type == 'x' || type == 'L' || type == 'g' || type == 'K';  // says more about what follows
    const auto size = content_size(all, offset, extends ? std::nullopt : extension.size, name);
    offset += block_size;
    const auto content = all.substr(offset, size);
    if (type == 'x') read_pax(content, name, offset, extension);
    if (type == 'L') extension.path = std::string(content.substr(0, content.find('\0')));
    if (type == '0' || type == '\0' || type == '7')
      files.insert_or_assign(extension.path.value_or(path_of(header)), std::string(content));
    if (!extends) extension = {};
    offset += std::min((size + block_size - 1) / block_size * block_size, all.size() - offset);
  }
}

}  // namespace mho
