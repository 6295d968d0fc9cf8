// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "search/judges/evaluator.hpp"

namespace mho {

/// What a table says of one genome.
struct TableRow {
  bool failed = false;      ///< its training did; then only train_s is known
  double accuracy_1d = 0;   ///< fraction
  double deviation_1d = 0;  ///< fraction
  double avm_points = 0;
  double digital_accuracy = 0;  ///< fraction
  double energy_j = 0;
  double latency_s = 0;
  int cores = 0;
  double train_s = 0;  ///< what training it took when the table was made
};

/// Candidates that were all trained once and written down, so that proposers can be compared in seconds (the
/// idea of NAS-Bench-101, Ying et al. 2019). bench/search/make_table.py makes one.
class SearchTable {
 public:
  /// Reads a CSV file with the columns genome, accuracy_1d, deviation_1d, avm_points, digital_accuracy,
  /// energy_j, latency_s, cores, train_s among others; with a column failed, a row where that is not 0 needs
  /// train_s alone. Throws DataError (file:line, column, expected, got).
  explicit SearchTable(const std::filesystem::path& file);

  /// Throws DataError naming the genome when it has no row: no other row stands in for it.
  const TableRow& at(const std::string& genome) const;
  std::size_t size() const { return rows_.size(); }

  /// Looks candidates up instead of training them. Their weights are untrained: what a search exports from a
  /// table is of no use. `untrained` measures for prefilters, which need no training, and must outlive it.
  std::unique_ptr<NetworkEvaluator> evaluator(NetworkBuilder build, Shape input, int classes,
                                              const UntrainedMeter* untrained = nullptr) const;

 private:
  std::filesystem::path file_;
  std::map<std::string, TableRow> rows_;
};

}  // namespace mho
