// SPDX-License-Identifier: Apache-2.0
#include "search/judges/search_table.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

/// Genomes hold no commas and nothing is quoted.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream stream(line + ",");
  for (std::string cell; std::getline(stream, cell, ',');) found.push_back(cell);
  return found;
}

/// A line of the table, by column.
class Line {
 public:
  Line(const std::vector<std::string>& header, const std::vector<std::string>& line, std::string where)
      : where_(std::move(where)) {
    if (line.size() != header.size())
      throw DataError(fmt::format("{}: expected {} cells, got {}", where_, header.size(), line.size()));
    for (size_t i = 0; i < header.size(); ++i) cells_[header[i]] = line[i];
  }

  const std::string& text(const std::string& column) const {
    const auto found = cells_.find(column);
    if (found == cells_.end())
      throw DataError(fmt::format("{}: expected a column {}, found none", where_, column));
    return found->second;
  }
  bool failed() const { return cells_.contains("failed") && number("failed") != 0; }
  double number(const std::string& column) const {
    const auto& cell = text(column);
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size())
      throw DataError(fmt::format("{}: {}: expected a number, got '{}'", where_, column, cell));
    return value;
  }

 private:
  std::string where_;
  std::map<std::string, std::string> cells_;
};

TableRow read_row(const Line& line) {
  if (line.failed()) return {.failed = true, .train_s = line.number("train_s")};
  return {.accuracy_1d = line.number("accuracy_1d"),
          .deviation_1d = line.number("deviation_1d"),
          .avm_points = line.number("avm_points"),
          .digital_accuracy = line.number("digital_accuracy"),
          .energy_j = line.number("energy_j"),
          .latency_s = line.number("latency_s"),
          .cores = static_cast<int>(line.number("cores")),
          .train_s = line.number("train_s")};
}

/// The drift between 1 s and 30 days is put half before the day, half after it.
Evaluation evaluation_of(const TableRow& row, const Architecture& architecture) {
  Evaluation evaluation;
  evaluation.wall_s = row.train_s;
  if (row.failed) {
    evaluation.failed = true;
    evaluation.reason = "failed when the table was made";
    return evaluation;
  }
  const double half_avm = row.avm_points / 200;
  for (const auto& [time_s, mean] : {std::pair{one_second_s, row.accuracy_1d + half_avm},
                                     {one_day_s, row.accuracy_1d},
                                     {one_month_s, row.accuracy_1d - half_avm}})
    evaluation.score.drift.push_back({time_s, mean, row.deviation_1d, 1, {mean, mean}});
  evaluation.score.digital = row.digital_accuracy;
  evaluation.score.avm = row.avm_points;
  evaluation.cost = Cost{.cores = row.cores, .latency_s = row.latency_s, .energy_j = row.energy_j};
  evaluation.parameters = initial_parameters(architecture, RandomKey(0));
  for (auto& layer : evaluation.parameters)
    if (!layer.weight.empty()) layer.input_range = 1;
  return evaluation;
}

class TableEvaluator : public NetworkEvaluator {
 public:
  TableEvaluator(SearchTable table, NetworkBuilder build, std::pair<Shape, int> task,
                 const UntrainedMeter* untrained)
      : NetworkEvaluator(std::move(build), task.first, task.second),
        table_(std::move(table)),
        untrained_(untrained) {}

  Evaluation evaluate(const Architecture& architecture, int, const EpochCallback&) const override {
    return evaluation_of(table_.at(architecture.name()), architecture);
  }
  Evaluation rescore(const Architecture& architecture, const Parameters&, int) const override {
    return evaluation_of(table_.at(architecture.name()), architecture);
  }
  const UntrainedMeter* untrained() const override { return untrained_; }

 private:
  SearchTable table_;
  const UntrainedMeter* untrained_;
};

}  // namespace

SearchTable::SearchTable(const std::filesystem::path& file) : file_(file) {
  std::istringstream lines(read_text_file(file));
  std::string text;
  std::getline(lines, text);
  const auto header = cells(text);
  for (int n = 2; std::getline(lines, text); ++n) {
    const Line line(header, cells(text), fmt::format("{}:{}", file.string(), n));
    if (!rows_.emplace(line.text("genome"), read_row(line)).second)
      throw DataError(fmt::format("{}:{}: expected every genome once, got {} again", file.string(), n,
                                  line.text("genome")));
  }
}

const TableRow& SearchTable::at(const std::string& genome) const {
  const auto found = rows_.find(genome);
  if (found == rows_.end())
    throw DataError(fmt::format("{}: expected a row for genome {}, which the space holds, found none",
                                file_.string(), genome));
  return found->second;
}

std::unique_ptr<NetworkEvaluator> SearchTable::evaluator(NetworkBuilder build, Shape input, int classes,
                                                         const UntrainedMeter* untrained) const {
  return std::make_unique<TableEvaluator>(*this, std::move(build), std::pair{input, classes}, untrained);
}

}  // namespace mho
