// SPDX-License-Identifier: Apache-2.0
#include "search/models/genome_features.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

enum Group { stem_channels, stem_kernel, depth, convolutions, presence, channels, residual, branches, type };

/// Where the logarithm of `value` lies between those of the smallest and the largest; 0 when they are one.
double position(double value, double smallest, double largest) {
  return largest > smallest ? std::log(value / smallest) / std::log(largest / smallest) : 0.0;
}

double position(int value, const std::vector<int>& range) {
  const auto [smallest, largest] = std::minmax_element(range.begin(), range.end());
  return position(value, *smallest, *largest);
}

/// The features of one genome, written one after the other with their groups.
struct Row {
  std::vector<double> values;
  ColumnGroups groups;
  void add(Group group, double value) {
    values.push_back(value);
    groups.push_back(group);
  }
};

void add_block(Row& row, const SpaceConfig& space, const MainBlock* block, double width) {
  row.add(presence, block ? 1 : 0);
  row.add(channels, block ? width : 0);
  row.add(residual, block ? position(block->residual_blocks, space.residual_blocks) : 0);
  row.add(branches, block ? position(block->branches, space.branches) : 0);
  for (const auto known : space.block_types) row.add(type, block && known == block->type ? 1 : 0);
}

Row features_of(const Genome& genome, const SpaceConfig& space) {
  Row row;
  const auto [narrowest, widest] =
      std::minmax_element(space.stem_channels.begin(), space.stem_channels.end());
  const int most_blocks = space.main_blocks[1];
  int convolutions_done = 0;
  for (const auto& block : genome.blocks) convolutions_done += block.residual_blocks * block.branches;
  row.add(stem_channels, position(genome.stem_channels, space.stem_channels));
  row.add(stem_kernel, position(genome.stem_kernel, space.stem_kernels));
  row.add(depth, position(static_cast<int>(genome.blocks.size()), space.main_blocks));
  row.add(convolutions,
          position(convolutions_done, space.main_blocks[0] * space.residual_blocks[0] * space.branches[0],
                   most_blocks * space.residual_blocks[1] * space.branches[1]));
  double width = genome.stem_channels;
  for (int i = 0; i < most_blocks; ++i) {
    const bool present = i < std::ssize(genome.blocks);
    const MainBlock* block = present ? &genome.blocks[static_cast<size_t>(i)] : nullptr;
    if (block) width *= block->widening;
    add_block(row, space, block,
              position(width, *narrowest * std::pow(space.widening[0], i + 1),
                       *widest * std::pow(space.widening[1], i + 1)));
  }
  return row;
}

}  // namespace

Eigen::MatrixXd genome_features(const Space& space, std::span<const Genome> genomes) {
  Eigen::MatrixXd features(std::ssize(genomes), std::ssize(feature_groups(space)));
  for (Eigen::Index i = 0; i < features.rows(); ++i) {
    const auto& genome = genomes[static_cast<size_t>(i)];
    try {
      space.encode(genome);
    } catch (const InputError& error) {
      throw RunError("surrogate: genome " + to_string(genome) + " is outside its space: " + error.what());
    }
    const auto row = features_of(genome, space.config());
    features.row(i) = Eigen::Map<const Eigen::RowVectorXd>(row.values.data(), std::ssize(row.values));
  }
  return features;
}

ColumnGroups feature_groups(const Space& space) { return features_of(Genome{}, space.config()).groups; }

}  // namespace mho
