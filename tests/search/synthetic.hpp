// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "search/proposers/proposer.hpp"
#include "tests/search/helpers.hpp"

namespace mho::testing {

/// A made-up accuracy with what real ones have: it rises with width and depth and saturates, falls for
/// networks too large to train, and genes act on each other.
inline double synthetic_accuracy(const Genome& flat) {
  const auto genome = analognas_genome(flat);
  double width = genome.stem_channels, layers = 0, types = 0;
  for (const auto& block : genome.blocks) {
    width *= block.widening;
    layers += block.residual_blocks;
    types += (block.type == BlockType::D) * 0.02 + (block.type == BlockType::B) * 0.01 -
             0.003 * block.branches * (width > 128);
  }
  const double size = std::log2(width) + 0.5 * std::log2(layers);
  return 0.9 - 0.006 * (size - 8.3) * (size - 8.3) + types / static_cast<double>(genome.blocks.size()) +
         0.004 * (genome.stem_kernel == 5);
}

inline Trial synthetic_trial(int number, const Genome& flat) {
  const auto genome = analognas_genome(flat);
  const double wide = std::log2(genome.stem_channels);
  Trial trial = make_trial(number, synthetic_accuracy(flat), 0.02 / wide, 3 + 8 / wide);
  trial.genome = flat;
  trial.name = to_string(genome);
  trial.cost->energy_j = 1e-6 * genome.stem_channels * static_cast<double>(genome.blocks.size());
  return trial;
}

inline std::vector<Trial> synthetic_trials(const Space& space, int count, std::uint64_t seed) {
  Random random{RandomKey(seed)};
  std::vector<Trial> trials;
  for (int i = 0; i < count; ++i) trials.push_back(synthetic_trial(i, space.sample(random)));
  return trials;
}

inline std::vector<Genome> genomes_of(const std::vector<Trial>& trials) {
  std::vector<Genome> genomes;
  for (const auto& trial : trials) genomes.push_back(trial.genome);
  return genomes;
}

inline double mean_accuracy(const std::vector<Trial>& trials) {
  double sum = 0;
  for (const auto& trial : trials) sum += trial.score->at(one_day_s).mean;
  return sum / static_cast<double>(trials.size());
}

}  // namespace mho::testing
