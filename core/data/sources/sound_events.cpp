// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/sound_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/suggest.hpp"
#include "core/data/sources/csv_table.hpp"

namespace mho {
namespace {

/// The class that a cell names.
int label_of(const CsvTable& table, size_t row, size_t column, const std::vector<std::string>& class_names,
             int classes) {
  const std::string word(table.cell(row, column));
  const auto named = std::find(class_names.begin(), class_names.end(), word);
  if (named != class_names.end()) return static_cast<int>(named - class_names.begin());
  if (!word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
      word.size() < 6 && std::stoi(word) < classes)
    return std::stoi(word);
  throw DataError(fmt::format(
      "{}: label: expected {}, got '{}'{}", table.where(row),
      class_names.empty() ? fmt::format("a class below {}", classes) : "one of " + join(class_names), word,
      did_you_mean(word, class_names)));
}

}  // namespace

std::vector<SoundEvent> read_sound_events(const std::filesystem::path& file,
                                          const std::vector<std::string>& class_names, int classes,
                                          double seconds) {
  const CsvTable table(read_text_file(file, largest_config), file.string());
  const auto begin = table.column("begin_s"), end = table.column("end_s"), label = table.column("label");
  std::vector<SoundEvent> events;
  for (size_t row = 0; row < table.rows(); ++row) {
    const SoundEvent event{table.number(row, begin), table.number(row, end),
                           label_of(table, row, label, class_names, classes)};
    if (event.begin_s < 0 || event.end_s <= event.begin_s || event.end_s > seconds)
      throw DataError(
          fmt::format("{}: expected 0 <= begin_s < end_s <= {:g}, the recording's end, got {:g} and {:g}",
                      table.where(row), seconds, event.begin_s, event.end_s));
    events.push_back(event);
  }
  std::sort(events.begin(), events.end(),
            [](const SoundEvent& a, const SoundEvent& b) { return a.begin_s < b.begin_s; });
  return events;
}

}  // namespace mho
