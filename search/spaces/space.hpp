// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/fields.hpp"
#include "core/base/random.hpp"
#include "search/spaces/genome.hpp"
#include "search/spaces/network_shape.hpp"

namespace mho {

/// The [space] table: ranges of the AnalogNAS macro-architecture (Benmeziane et al. 2023, Table I).
struct SpaceConfig {
  std::vector<int> stem_channels = {8, 16, 24, 32, 48, 64};  ///< OC0
  std::vector<int> stem_kernels = {3, 5, 7};                 ///< KS0
  std::vector<int> main_blocks = {1, 3};                     ///< M: smallest, largest
  std::vector<int> residual_blocks = {1, 4};                 ///< R of a main block: smallest, largest
  std::vector<int> branches = {1, 3};                        ///< B of a main block: smallest, largest
  std::vector<BlockType> block_types = {BlockType::A, BlockType::B, BlockType::C, BlockType::D};  ///< CT
  std::vector<int> widening = {1, 4};  ///< WF of a main block: smallest, largest
  NetworkShape shape = {};             ///< not searched

  void fields(FieldVisitor& visitor);
  void gene_fields(FieldVisitor& visitor);  ///< all but those of `shape`
};

/// A space of genomes, checked.
class Space {
 public:
  /// Throws ConfigError (which key, expected, got) for empty or reversed ranges and for values given twice.
  explicit Space(SpaceConfig config);

  /// Length of an encoding: OC0, KS0, M, then R, B, CT (1 to 5 for A to E), WF for each of the largest M main
  /// blocks (zeros above M).
  int dimensions() const;
  /// Throws InputError, naming the gene, for a genome outside the space.
  std::vector<double> encode(const Genome& genome) const;
  bool contains(const Genome& genome) const;
  /// 64 hexadecimal digits that name the space: the same for two configurations only when they hold the same
  /// genomes. Kept with what was learned or recorded in it.
  std::string hash() const;
  /// Number of different genomes.
  double size() const;
  /// Genome `index` of [0, size()), each once; for spaces of up to 2^53 genomes.
  Genome genome(std::int64_t index) const;

  /// Every gene uniform over its range.
  Genome sample(Random& random) const;
  /// The genome at a point of the unit cube [0, 1)^dimensions, for Latin hypercubes.
  Genome at(const std::vector<double>& point) const;

  const SpaceConfig& config() const { return config_; }

 private:
  SpaceConfig config_;
};

}  // namespace mho
