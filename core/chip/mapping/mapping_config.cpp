// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/mapping_config.hpp"

namespace mho {

void MappingConfig::fields(FieldVisitor& visitor) {
  visitor.field("objective", &objective,
                "what a mapping is best at: fewest cores, shortest pipeline interval, fewest core products");
  visitor.field("packing", &packing,
                "blocks of one core take turns, share no row or column and so work at once, or are alone");
  visitor.field("row_split", &row_split,
                "tall matrices are cut at full crossbars, or at whole input channels (252 rows for 3x3)");
  visitor.field(
      "depthwise", &depthwise,
      "grouped convolutions stay in digital units, or lie on crossbars group by group (mho map only)");
  visitor.field("seed", &seed, at_least(0), "of the annealed placement");
  visitor.field("placement_moves", &placement_moves, between(0, 100'000'000),
                "moves of each of the eight annealing runs that look for a placement");
}

}  // namespace mho
