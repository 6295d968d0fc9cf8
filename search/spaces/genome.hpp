// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// One main block: R residual blocks of B parallel branches of convolution blocks of type CT, WF times as
/// wide as what comes in.
struct MainBlock {
  int residual_blocks = 1;
  int branches = 1;
  char type = 'B';
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
