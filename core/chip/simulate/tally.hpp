// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "core/chip/simulate/exported_chip.hpp"

namespace mho {

/// Counts what one image does on the chip while it is done, and checks that it can be done: no core does two
/// things in one tick of the pipeline, and what was sent is what links.json lists. Throws DataError.
class Tally {
 public:
  Tally(const ExportedChip& chip, const Timeline& timeline);

  void fire(const Step& step);
  void send(int node, LinkKind kind, int from, int to, std::int64_t numbers);
  void work(std::int64_t macs) { digital_macs_ += macs; }
  /// Ticks of the node's output, first and one past the last.
  void finish(int node, std::int64_t begun, std::int64_t done);
  /// A layer on crossbars or an addition has read the whole output of `source`, which waited for it.
  void read_waiting(int source, int reader);

  /// The counts as a Cost, with its energies; latency_s is that of this timeline.
  Cost cost() const;
  /// Compares the transfers with links.json.
  void check_links() const;

 private:
  using LinkKey = std::tuple<int, LinkKind, int, int>;
  void count_waiting_bits(Cost& cost) const;

  const ExportedChip& chip_;
  const Timeline& timeline_;
  std::map<int, std::vector<bool>> fired_;  ///< by core: ticks modulo the interval
  std::map<LinkKey, std::int64_t> bits_;
  std::map<int, std::vector<int>> readers_;  ///< by node that waits
  std::vector<std::int64_t> begun_, done_;
  std::int64_t digital_macs_ = 0;
};

}  // namespace mho
