// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// One main block: R residual blocks of B parallel branches of convolution blocks of type CT, WF times as
/// wide as what comes in.
struct MainBlock {
  int residual_blocks = 1;
  int branches = 1;
  BlockType type = BlockType::B;
  int widening = 1;
  bool operator==(const MainBlock&) const = default;
};

/// A genome of the AnalogNAS space with its genes as members. M is blocks.size().
struct AnalogNasGenome {
  int stem_channels = 16;
  int stem_kernel = 3;
  std::vector<MainBlock> blocks;
  bool operator==(const AnalogNasGenome&) const = default;

  /// stem_channels, stem_kernel, main_blocks, block1_residual_blocks, block1_branches, block1_type,
  /// block1_widening, block2_residual_blocks, ...
  operator Genome() const;  // NOLINT(google-explicit-constructor): the same genome
};
AnalogNasGenome analognas_genome(const Genome& genome);

/// "OC16-KS3|R2B1BW1|R2B1BW2"
std::string to_string(const AnalogNasGenome& genome);

/// The macro-architecture of AnalogNAS (Table I). Models see widths and counts as logarithms (twice as wide
/// is one step, wherever one starts), block types one-hot, the width of a main block as the channels that it
/// has (stem channels times all widenings up to it), and for an absent main block zeros; a length scale a
/// gene, whatever main block it is of. Throws ConfigError (which key, expected, got).
SpaceParts analognas_space(const SpaceConfig& config);

}  // namespace mho
