// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/fields.hpp"
#include "core/base/random.hpp"
#include "core/nn/architecture.hpp"

namespace mho {

/// The [space] table: ranges of the AnalogNAS macro-architecture (Benmeziane et al. 2023, Table I).
struct SpaceConfig {
  std::vector<int> stem_channels = {8, 16, 24, 32, 48, 64};  ///< OC0
  std::vector<int> stem_kernels = {3, 5, 7};                 ///< KS0
  std::vector<int> main_blocks = {1, 3};                     ///< M: smallest, largest
  std::vector<int> residual_blocks = {1, 4};                 ///< R of a main block: smallest, largest
  std::vector<int> branches = {1, 3};                        ///< B of a main block: smallest, largest
  std::vector<std::string> block_types = {"A", "B", "C", "D"};  ///< CT: bottleneck, basic, the same pre-activated
  std::vector<int> widening = {1, 4};                        ///< WF of a main block: smallest, largest

  void fields(FieldVisitor& visitor);
};

/// One main block: R residual blocks of B parallel branches of convolution blocks of type CT, WF times as wide
/// as what comes in.
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

/// A space of genomes, checked. Throws ConfigError (which key, expected, got) for empty or reversed ranges.
class Space {
 public:
  explicit Space(SpaceConfig config);

  /// Length of an encoding: OC0, KS0, M, then R, B, CT, WF for each of the largest M main blocks (zeros above M).
  int dimensions() const;
  std::vector<double> encode(const Genome& genome) const;
  /// Inverse of encode. Throws InputError for numbers that are no genome of this space.
  Genome decode(const std::vector<double>& encoding) const;
  bool contains(const Genome& genome) const;
  /// Number of different genomes.
  double size() const;

  Genome sample(Random& random) const;
  /// The genome at a point of the unit cube [0, 1)^dimensions, for Latin hypercubes.
  Genome at(const std::vector<double>& point) const;

  const SpaceConfig& config() const { return config_; }

 private:
  SpaceConfig config_;
};

/// The network of a genome: stem convolution - main blocks (from the second on, the first residual block halves height
/// and width while both are at least 4) - global average pooling - dense. Residual blocks add their branches to a skip
/// connection, a 1x1 convolution where the shape changes.
Architecture build_architecture(const Genome& genome, Shape input, int classes);

}  // namespace mho
