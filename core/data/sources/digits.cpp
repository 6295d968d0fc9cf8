// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/digits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

constexpr int side = 8, pixels = side * side, largest_pixel = 16, classes = 10;

using Paths = std::vector<std::filesystem::path>;

/// lib/python3*/site-packages of a virtual environment, in the order of their names.
void add_environment(const std::filesystem::path& root, Paths& packages) {
  std::error_code error;
  const size_t first = packages.size();
  for (const auto& entry : std::filesystem::directory_iterator(root / "lib", error))
    if (entry.path().filename().string().starts_with("python3"))
      packages.push_back(entry.path() / "site-packages");
  if (packages.size() == first)
    packages.push_back(root / "lib" / "python3*" / "site-packages");  // for the message
  std::sort(packages.begin() + static_cast<std::ptrdiff_t>(first), packages.end());
}

Paths package_folders() {
  Paths packages;
  if (const char* environment = std::getenv("VIRTUAL_ENV")) add_environment(environment, packages);
  add_environment(".venv", packages);
  packages.push_back("/usr/lib/python3/dist-packages");
  std::string_view list = std::getenv("MHO_PYTHON_PATH") ? std::getenv("MHO_PYTHON_PATH") : "";
  while (!list.empty()) {
    const auto part = list.substr(0, list.find(':'));
    if (!part.empty()) packages.emplace_back(part);
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return packages;
}

/// One line: 64 pixels and a label. Values are whole numbers from 0 to `largest_pixel`.
void read_line(std::string_view line, const std::string& where, RawSamples& samples) {
  const char* at = line.data();
  const char* end = line.data() + line.size();
  for (int column = 0; column <= pixels; ++column) {
    const int limit = column < pixels ? largest_pixel : classes - 1;
    int value = -1;
    const auto [next, error] = std::from_chars(at, end, value);
    const bool closed = column < pixels ? next < end && *next == ',' : next == end;
    if (error != std::errc{} || !closed || value < 0 || value > limit)
      throw DataError(
          fmt::format("{}: column {}: expected a whole number from 0 to {} and {} columns, found '{}'", where,
                      column + 1, limit, pixels + 1, std::string_view(at, std::min<size_t>(end - at, 20))));
    if (column < pixels)
      samples.images.bytes.push_back(static_cast<char>(value));
    else
      samples.labels.push_back(value);
    at = next + (column < pixels);
  }
}

/// Samples [first, last) of all.
RawSamples part(const RawSamples& all, std::int64_t first, std::int64_t last) {
  RawSamples samples;
  samples.images.dtype = "|u1";
  samples.images.shape = {last - first, side, side, 1};
  samples.images.bytes.assign(all.images.bytes.begin() + first * pixels,
                              all.images.bytes.begin() + last * pixels);
  samples.labels.assign(all.labels.begin() + first, all.labels.begin() + last);
  return samples;
}

}  // namespace

std::filesystem::path find_digits(const std::filesystem::path& from) {
  if (!from.empty() && !is_folder(from)) return from;  // reading says when it is missing
  const Paths folders = from.empty() ? package_folders() : Paths{from};
  std::vector<std::string> places;
  for (const auto& folder : folders) {
    const auto file = folder / (from.empty() ? "sklearn/datasets/data/digits.csv.gz" : "digits.csv.gz");
    if (is_file(file)) return file;
    places.push_back(file.string());
  }
  throw DataError(
      fmt::format("digits: expected scikit-learn's digits.csv.gz, found none of {}; install scikit-learn "
                  "(pip install scikit-learn) or name the file: mho data prepare digits --from FILE",
                  join(places)));
}

RawSet read_digits(const std::filesystem::path& file) {
  const std::string text = read_maybe_compressed(file);
  RawSamples all;
  int line_number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    read_line(line, fmt::format("{}:{}", file.string(), ++line_number), all);
  }
  RawSet set;
  set.kind = "digits";
  set.classes = classes;
  for (int digit = 0; digit < classes; ++digit) set.class_names.push_back(std::to_string(digit));
  const std::int64_t train_count = all.count() * 8 / 10;
  set.train = part(all, 0, train_count);
  set.test = part(all, train_count, all.count());
  complete_raw_set(set, file.string());
  return set;
}

}  // namespace mho
