// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/idx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/paths.hpp"

namespace mho {
namespace {

[[noreturn]] void fail(const std::string& name, size_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

using Paths = std::vector<std::filesystem::path>;

/// The one file whose name begins with one of `beginnings` and holds one of `marks`; nothing when there is
/// none.
std::optional<std::filesystem::path> find_part(const Paths& files, const std::vector<std::string>& beginnings,
                                               const std::vector<std::string>& marks) {
  Paths found;
  for (const auto& file : files) {
    const std::string name = file.filename().string();
    const auto begins = [&](const std::string& text) { return name.starts_with(text); };
    const auto holds = [&](const std::string& text) { return name.find(text) != std::string::npos; };
    if (std::any_of(beginnings.begin(), beginnings.end(), begins) &&
        std::any_of(marks.begin(), marks.end(), holds))
      found.push_back(file);
  }
  if (found.size() > 1)
    throw DataError(fmt::format("{}: expected one file, found {} and {}", found[0].parent_path().string(),
                                found[0].filename().string(), found[1].filename().string()));
  return found.empty() ? std::nullopt : std::optional(found[0]);
}

RawSamples read_split(const Paths& files, const std::vector<std::string>& beginnings, bool required,
                      const std::filesystem::path& folder) {
  const auto images = find_part(files, beginnings, {"idx3", "idx4"}),
             labels = find_part(files, beginnings, {"idx1"});
  if (!images && !labels && !required) return {};
  if (!images || !labels)
    throw DataError(fmt::format("{}: expected a file {}*{}*, found none", folder.string(), beginnings.front(),
                                images ? "idx1" : "idx3"));
  return {as_images(read_idx(*images), images->string()), as_labels(read_idx(*labels), labels->string()),
          images->string(), labels->string()};
}

}  // namespace

NpyArray parse_idx(const std::string& bytes, const std::string& name) {
  if (bytes.size() < 4) fail(name, bytes.size(), "a 4-byte IDX header", "the end of the file (truncated)");
  if (bytes[0] != 0 || bytes[1] != 0)
    fail(name, 0, "two zero bytes", fmt::format("{:02x} {:02x}", bytes[0] & 255, bytes[1] & 255));
  if (bytes[2] != 8 && bytes[2] != 9)
    fail(name, 2, "type 08 (unsigned byte) or 09 (signed byte)", fmt::format("{:02x}", bytes[2] & 255));
  const auto dimensions = static_cast<size_t>(bytes[3] & 255), data = 4 + 4 * dimensions;
  if (dimensions < 1 || dimensions > 4) fail(name, 3, "1 to 4 dimensions", fmt::format("{}", dimensions));
  if (bytes.size() < data) fail(name, bytes.size(), "more of the header", "the end of the file (truncated)");
  NpyArray array{bytes[2] == 8 ? "|u1" : "|i1", {}, {}};
  std::uint64_t count = 1;
  for (size_t d = 0; d < dimensions; ++d) {
    std::uint64_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(bytes[4 + 4 * d + i]);
    array.shape.push_back(static_cast<std::int64_t>(size));
    // Saturates above the file's size, so that the product of four 32-bit sizes cannot wrap round to it.
    count = std::min<std::uint64_t>(count, bytes.size() + 1) * size;
  }
  if (count != bytes.size() - data)
    fail(name, data, fmt::format("{} bytes for shape ({})", count, fmt::join(array.shape, ", ")),
         fmt::format("{} bytes", bytes.size() - data));
  array.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(data), bytes.end());
  return array;
}

NpyArray read_idx(const std::filesystem::path& file) {
  return parse_idx(read_maybe_compressed(file), file.string());
}

RawSet read_idx_folder(const std::filesystem::path& folder, int classes) {
  if (!is_folder(folder))
    throw DataError(fmt::format("{}: expected a folder of IDX files, found none", folder.string()));
  Paths files;
  for (const auto& path : list_folder(folder))
    if (is_file(path)) files.push_back(path);
  RawSet set;
  set.kind = "idx";
  set.classes = classes;
  set.train = read_split(files, {"train"}, true, folder);
  set.validation = read_split(files, {"validation"}, false, folder);
  set.test = read_split(files, {"test", "t10k"}, true, folder);
  complete_raw_set(set, folder.string());
  return set;
}

}  // namespace mho
