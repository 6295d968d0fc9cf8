// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/labelled_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/suggest.hpp"
#include "core/data/sources/csv_table.hpp"

namespace mho {
namespace {

/// "a", "b" of "a/b/c.wav".
std::vector<std::string> folders_of(const std::string& path) {
  std::vector<std::string> folders;
  for (size_t at = 0, slash; (slash = path.find('/', at)) != path.npos; at = slash + 1)
    folders.push_back(path.substr(at, slash - at));
  return folders;
}

std::vector<FoundSample> from_folders(const SourceFiles& files, const std::vector<std::string>& endings) {
  std::vector<FoundSample> found;
  for (const auto& path : files.paths()) {
    if (!has_ending(path, endings)) continue;
    const auto folders = folders_of(path);
    if (folders.empty()) continue;
    const int part = folders.size() > 1 ? part_named(folders[0]) : -1;
    const auto& label = folders[part < 0 ? 0 : 1];
    if (folders[0].starts_with('_') || label.starts_with('_')) continue;
    found.push_back({path, label, group_of_file(path), files.name(path), part});
  }
  return found;
}

/// The lines of a list.
class List {
 public:
  List(const SourceFiles& files, const LabelConfig& labels, const SplitConfig& split)
      : files_(files),
        table_(decompress(files.read(labels.list), files.name(labels.list)), files.name(labels.list),
               labels.header),
        folder_(labels.list.substr(0, labels.list.rfind('/') + 1)),
        file_(table_.column(labels.file_column)),
        label_(table_.column(labels.label_column)) {
    if (!labels.group_column.empty()) group_ = table_.column(labels.group_column);
    const auto& columns = table_.columns();
    const bool there = std::find(columns.begin(), columns.end(), split.column) != columns.end();
    if (split.by == SplitRule::list || (split.by == SplitRule::automatic && there))
      split_ = table_.column(split.column);
  }

  std::vector<FoundSample> samples() const {
    std::vector<FoundSample> found;
    std::set<std::string> seen;
    for (size_t row = 0; row < table_.rows(); ++row) {
      found.push_back(sample(row));
      if (!seen.insert(found.back().source).second)
        throw DataError(fmt::format("{}: expected each file once, found '{}' again", table_.where(row),
                                    found.back().source));
    }
    return found;
  }

 private:
  FoundSample sample(size_t row) const {
    const auto text = [&](size_t column) { return std::string(table_.cell(row, column)); };
    const auto path = find(text(file_), row);
    FoundSample sample{path, text(label_), group_ ? text(*group_) : group_of_file(path), table_.where(row),
                       -1};
    if (sample.label.empty())
      throw DataError(fmt::format("{}: column '{}': expected a label, found none", table_.where(row),
                                  table_.columns()[label_]));
    if (split_ && (sample.stated_part = part_named(text(*split_))) < 0)
      throw DataError(fmt::format("{}: column '{}': expected train, validation or test, found '{}'",
                                  table_.where(row), table_.columns()[*split_], text(*split_)));
    return sample;
  }

  std::string find(const std::string& path, size_t row) const {
    for (const auto& candidate : {folder_ + path, path})
      if (files_.has(candidate)) return candidate;
    throw DataError(
        fmt::format("{}: expected the file '{}' in {}, found none", table_.where(row), path, files_.name()));
  }

  const SourceFiles& files_;
  CsvTable table_;
  std::string folder_;
  size_t file_, label_;
  std::optional<size_t> group_, split_;
};

}  // namespace

std::vector<FoundSample> find_labelled_files(const SourceFiles& files, const LabelConfig& labels,
                                             const SplitConfig& split,
                                             const std::vector<std::string>& endings) {
  if (labels.list.empty()) {
    auto found = from_folders(files, endings);
    if (found.empty())
      throw DataError(fmt::format("{}: expected a folder a class with files {}, or labels.list; found none",
                                  files.name(), join(endings)));
    return found;
  }
  if (!files.has(labels.list))
    throw DataError(
        fmt::format("{}: expected the list of labels, found no such file", files.name(labels.list)));
  return List(files, labels, split).samples();
}

}  // namespace mho
