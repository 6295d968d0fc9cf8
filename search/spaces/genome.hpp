// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// Of a convolution block: A bottleneck, B basic, C and D the same with batch norm and ReLU first.
enum class BlockType { A, B, C, D, E };
template <>
inline constexpr std::array words_of<BlockType>{"A", "B", "C", "D", "E"};

/// One main block: R residual blocks of B parallel branches of convolution blocks of type CT, WF times as
/// wide as what comes in.
struct MainBlock {
  int residual_blocks = 1;
  int branches = 1;
  BlockType type = BlockType::B;
  int widening = 1;
  bool operator==(const MainBlock&) const = default;
};

/// The hyper-parameters that a search varies. M is blocks.size().
struct Genome {
  int stem_channels = 16;
  int stem_kernel = 3;
  std::vector<MainBlock> blocks;
  bool operator==(const Genome&) const = default;
};

/// "OC16-KS3|R2B1BW1|R2B1BW2": one text a genome, used as its identity.
std::string to_string(const Genome& genome);

}  // namespace mho
