// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/paths.hpp"
#include "core/data/sources/csv_table.hpp"
#include "core/data/sources/sample_writer.hpp"

namespace mho {
namespace {

/// Rows of a table that are one recording; a row is a step, or, in a wide table, the whole of it.
struct Recording {
  size_t first = 0, rows = 0;
  std::string name;  ///< long: what sample_columns say; wide: the row's number
};

/// Part of a recording that becomes a sample.
struct Window {
  size_t table;
  Recording of;
  size_t first = 0;  ///< step of the recording
};

/// A table and which of its columns are what.
class SeriesTable {
 public:
  SeriesTable(CsvTable table, int stated_part, const Recipe& recipe)
      : table_(std::move(table)), recipe_(recipe), stated_part_(stated_part) {
    label_ = table_.column(recipe.labels.label_column);
    group_ = optional_column(recipe.labels.group_column);
    sample_ = table_.columns_of(recipe.series.sample_columns);
    step_ = optional_column(recipe.series.step_column);
    const auto& columns = table_.columns();
    const bool splits = std::find(columns.begin(), columns.end(), recipe.split.column) != columns.end();
    if (stated_part < 0 &&
        (recipe.split.by == SplitRule::list || (recipe.split.by == SplitRule::automatic && splits)))
      split_ = table_.column(recipe.split.column);
    channels_ = recipe.series.channels.empty() ? other_columns() : table_.columns_of(recipe.series.channels);
    check();
  }

  bool is_long() const { return !sample_.empty(); }
  const CsvTable& table() const { return table_; }

  size_t channels() const {
    return is_long() ? channels_.size() : static_cast<size_t>(recipe_.series.channels_a_step);
  }
  size_t steps(const Recording& recording) const {
    return is_long() ? recording.rows : channels_.size() / channels();
  }

  std::vector<Recording> recordings() const {
    std::vector<Recording> found;
    std::set<std::string> seen;
    for (size_t row = 0; row < table_.rows(); ++row) {
      const auto name = recording_name(row);
      if (is_long() && !found.empty() && found.back().name == name) {
        check_step(found.back(), row);
        ++found.back().rows;
        continue;
      }
      if (!seen.insert(name).second)
        throw DataError(fmt::format("{}: expected the steps of a recording together, found '{}' again",
                                    table_.where(row), name));
      found.push_back({row, 1, name});
    }
    return found;
  }

  /// Steps [first, first + count) of a recording.
  std::vector<float> values(const Recording& recording, size_t first, size_t count) const {
    std::vector<float> values;
    const size_t wide = channels();
    for (size_t step = first; step < first + count; ++step)
      for (size_t c = 0; c < wide; ++c)
        values.push_back(
            static_cast<float>(is_long() ? table_.number(recording.first + step, channels_[c])
                                         : table_.number(recording.first, channels_[step * wide + c])));
    return values;
  }

  FoundSample sample(const Recording& recording, size_t first, size_t count) const {
    const size_t row = recording.first + (is_long() ? first : 0);
    const bool whole = recipe_.series.window == 0;
    FoundSample found{"", label(row, is_long() ? count : 1, whole),
                      group_ ? text(row, *group_) : recording.name, table_.where(row), stated_part_};
    if (split_ && (found.stated_part = part_named(text(row, *split_))) < 0)
      throw DataError(fmt::format("{}: column '{}': expected train, validation or test, found '{}'",
                                  table_.where(row), table_.columns()[*split_], text(row, *split_)));
    return found;
  }

 private:
  std::string recording_name(size_t row) const {
    if (!is_long()) return std::to_string(row);
    std::string name;
    for (const auto column : sample_) name += (name.empty() ? "" : "/") + text(row, column);
    return name;
  }

  std::string text(size_t row, size_t column) const { return std::string(table_.cell(row, column)); }

  std::optional<size_t> optional_column(const std::string& name) const {
    return name.empty() ? std::nullopt : std::optional(table_.column(name));
  }

  bool names_a_sample(size_t column) const {
    return std::find(sample_.begin(), sample_.end(), column) != sample_.end();
  }

  std::vector<size_t> other_columns() const {
    std::vector<size_t> others;
    for (size_t c = 0; c < table_.columns().size(); ++c)
      if (c != label_ && c != group_ && c != step_ && c != split_ && !names_a_sample(c)) others.push_back(c);
    return others;
  }

  void check() const {
    const auto& series = recipe_.series;
    if (series.layout != SeriesLayout::automatic && (series.layout == SeriesLayout::steps) != is_long())
      throw ConfigError(fmt::format("series.layout = \"{}\": expected series.sample_columns {}, got {}",
                                    word_of(series.layout), is_long() ? "to be empty" : "to be given",
                                    series.sample_columns.size()));
    if (channels_.empty() || (!is_long() && channels_.size() % channels() != 0))
      throw ConfigError(
          fmt::format("{}: expected columns of values, a multiple of series.channels_a_step ({}), "
                      "found {}",
                      table_.name(), series.channels_a_step, channels_.size()));
  }

  void check_step(const Recording& recording, size_t row) const {
    if (!step_) return;
    const double before = table_.number(recording.first + recording.rows - 1, *step_),
                 here = table_.number(row, *step_);
    if (here != before + 1)
      throw DataError(fmt::format("{}: column '{}': expected step {:g} of '{}', found {:g}",
                                  table_.where(row), table_.columns()[*step_], before + 1, recording.name,
                                  here));
  }

  /// The label of most of the rows, the one that came first where two are equal; of a whole recording's rows
  /// there may be only one.
  std::string label(size_t row, size_t rows, bool whole) const {
    std::map<std::string_view, size_t> counts;
    auto best = table_.cell(row, label_);
    for (size_t i = row; i < row + rows; ++i) {
      const auto here = table_.cell(i, label_);
      if (here.empty() || (whole && here != best))
        throw DataError(fmt::format("{}: column '{}': expected {}, found '{}'", table_.where(i),
                                    table_.columns()[label_],
                                    here.empty() ? "a label" : fmt::format("'{}' as above", best), here));
      ++counts[here];
    }
    for (size_t i = row; i < row + rows; ++i)
      if (counts[table_.cell(i, label_)] > counts[best]) best = table_.cell(i, label_);
    return std::string(best);
  }

  CsvTable table_;
  Recipe recipe_;
  int stated_part_;
  size_t label_ = 0;
  std::optional<size_t> group_, step_, split_;
  std::vector<size_t> sample_, channels_;
};

/// Where the windows of all tables begin, each `steps` long.
struct Windows {
  size_t steps = 0;
  std::vector<Window> all;
};

Windows find_windows(const std::vector<SeriesTable>& tables, const SeriesConfig& config) {
  Windows windows;
  windows.steps = static_cast<size_t>(config.window);
  const auto stride = static_cast<size_t>(config.stride > 0 ? config.stride : config.window);
  std::string first_where;
  for (size_t t = 0; t < tables.size(); ++t)
    for (const auto& recording : tables[t].recordings()) {
      const size_t steps = tables[t].steps(recording);
      const auto where = tables[t].table().where(recording.first);
      if (first_where.empty()) first_where = where;
      if (windows.steps == 0) windows.steps = steps;
      const bool whole = config.window == 0;
      if (whole ? steps != windows.steps : steps < windows.steps)
        throw DataError(fmt::format("{}: recording '{}': expected {}, found {} steps", where, recording.name,
                                    whole ? fmt::format("{} steps as in {} (series.window cuts recordings of "
                                                        "any length)",
                                                        windows.steps, first_where)
                                          : fmt::format("at least a window of {} steps", windows.steps),
                                    steps));
      for (size_t first = 0; first + windows.steps <= steps; first += whole ? steps : stride)
        windows.all.push_back({t, recording, first});
    }
  return windows;
}

RawSet read_tables(const std::vector<SeriesTable>& tables, const Recipe& recipe, const std::string& where) {
  for (const auto& table : tables)
    if (table.channels() != tables[0].channels())
      throw DataError(fmt::format("{}: expected {} channels as in {}, found {}", table.table().name(),
                                  tables[0].channels(), tables[0].table().name(), table.channels()));
  const auto windows = find_windows(tables, recipe.series);
  std::vector<FoundSample> found;
  for (const auto& window : windows.all) {
    found.push_back(tables[window.table].sample(window.of, window.first, windows.steps));
    found.back().source = std::to_string(found.size() - 1);
  }
  const auto placed = place_samples(found, recipe.labels, recipe.split);
  SampleWriter writer(
      "<f4", {static_cast<std::int64_t>(windows.steps), 1, static_cast<std::int64_t>(tables[0].channels())});
  for (const auto& sample : placed.samples) {
    const auto& window = windows.all[std::stoul(sample.source)];
    writer.add(sample.part, sample.label,
               bytes_of(tables[window.table].values(window.of, window.first, windows.steps)));
  }
  return writer.finish(placed.class_names, recipe.labels.complete, where);
}

SeriesTable read_table(const std::filesystem::path& file, int part, const Recipe& recipe) {
  return {CsvTable(read_maybe_compressed(file), file.string(), recipe.labels.header), part, recipe};
}

}  // namespace

RawSet read_series(const std::filesystem::path& from, const Recipe& recipe) {
  std::vector<SeriesTable> tables;
  if (!is_folder(from)) {
    tables.push_back(read_table(from, -1, recipe));
    return read_tables(tables, recipe, from.string());
  }
  std::map<int, std::filesystem::path> parts;
  for (const auto& path : list_folder(from)) {
    const auto name = path.filename().string();
    const auto ending = name.find(".csv");
    const int part = ending == name.npos ? -1 : part_named(name.substr(0, ending));
    if (part < 0) continue;
    if (!parts.emplace(part, path).second)
      throw DataError(fmt::format("{}: expected one file a split, found {} and {}", from.string(),
                                  parts[part].filename().string(), name));
  }
  if (!parts.count(static_cast<int>(Part::train)))
    throw DataError(
        fmt::format("{}: expected train.csv and test.csv (or .gz, .xz), or the path of one file; "
                    "found no training file",
                    from.string()));
  for (const auto& [part, file] : parts) tables.push_back(read_table(file, part, recipe));
  return read_tables(tables, recipe, from.string());
}

RawSet parse_series(const std::string& text, const std::string& name, const Recipe& recipe) {
  std::vector<SeriesTable> tables;
  tables.emplace_back(CsvTable(text, name, recipe.labels.header), -1, recipe);
  return read_tables(tables, recipe, name);
}

}  // namespace mho
