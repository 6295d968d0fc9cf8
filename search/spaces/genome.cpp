// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/genome.hpp"

#include <fmt/format.h>

namespace mho {

std::string to_string(const Genome& genome) {
  std::string text = fmt::format("OC{}-KS{}", genome.stem_channels, genome.stem_kernel);
  for (const auto& block : genome.blocks)
    text += fmt::format("|R{}B{}{}W{}", block.residual_blocks, block.branches, word_of(block.type),
                        block.widening);
  return text;
}

}  // namespace mho
