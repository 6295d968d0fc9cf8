// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/mutation.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace mho {
namespace {

/// One way of changing one gene; only ways that do change the genome are listed.
using Change = std::function<void(Genome&, Random&)>;
using Changes = std::vector<Change>;

/// Any element of `values` but `present`.
template <class T>
T another(std::vector<T> values, const T& present, Random& random) {
  std::erase(values, present);
  return values[static_cast<size_t>(random.integer(0, static_cast<int>(values.size()) - 1))];
}

/// Any whole number of the range but `present`.
int another_between(const std::vector<int>& range, int present, Random& random) {
  const int value = random.integer(range[0], range[1] - 1);
  return value < present ? value : value + 1;
}

/// One more or one fewer, whichever the range allows.
int neighbour(const std::vector<int>& range, int present, Random& random) {
  if (present == range[0]) return present + 1;
  if (present == range[1]) return present - 1;
  return random.chance(0.5) ? present + 1 : present - 1;
}

bool varies(const std::vector<int>& range) { return range[0] < range[1]; }

Changes width_changes(const Genome& genome, const SpaceConfig& space) {
  Changes changes;
  if (space.stem_channels.size() > 1)
    changes.push_back([&](Genome& g, Random& random) {
      g.stem_channels = another(space.stem_channels, g.stem_channels, random);
    });
  for (size_t i = 0; i < genome.blocks.size(); ++i) {
    if (varies(space.widening))
      changes.push_back([&space, i](Genome& g, Random& random) {
        g.blocks[i].widening = another_between(space.widening, g.blocks[i].widening, random);
      });
    if (varies(space.branches))
      changes.push_back([&space, i](Genome& g, Random& random) {
        g.blocks[i].branches = neighbour(space.branches, g.blocks[i].branches, random);
      });
  }
  return changes;
}

Changes depth_changes(const Genome& genome, const Space& space_of_genomes) {
  const auto& space = space_of_genomes.config();
  Changes changes;
  if (varies(space.main_blocks))
    changes.push_back([&](Genome& g, Random& random) {
      const int blocks = neighbour(space.main_blocks, static_cast<int>(g.blocks.size()), random);
      const auto fresh = space_of_genomes.sample(random);
      g.blocks.resize(static_cast<size_t>(blocks), fresh.blocks.front());
    });
  for (size_t i = 0; i < genome.blocks.size(); ++i) {
    if (varies(space.residual_blocks))
      changes.push_back([&space, i](Genome& g, Random& random) {
        g.blocks[i].residual_blocks =
            another_between(space.residual_blocks, g.blocks[i].residual_blocks, random);
      });
    if (space.block_types.size() > 1)
      changes.push_back([&space, i](Genome& g, Random& random) {
        g.blocks[i].type = another(space.block_types, g.blocks[i].type, random);
      });
  }
  return changes;
}

Changes other_changes(const SpaceConfig& space) {
  if (space.stem_kernels.size() < 2) return {};
  return {
      [&](Genome& g, Random& random) { g.stem_kernel = another(space.stem_kernels, g.stem_kernel, random); }};
}

Changes changes_of(const Genome& genome, GeneFamily family, const Space& space) {
  switch (family) {
    case GeneFamily::width:
      return width_changes(genome, space.config());
    case GeneFamily::depth:
      return depth_changes(genome, space);
    default:
      return other_changes(space.config());
  }
}

}  // namespace

Genome mutate(Genome genome, GeneFamily family, const Space& space, Random& random) {
  const auto changes = changes_of(genome, family, space);
  if (!changes.empty())
    changes[static_cast<size_t>(random.integer(0, static_cast<int>(changes.size()) - 1))](genome, random);
  return genome;
}

Genome mutate(const Genome& genome, const Space& space, const SearchConfig& search, Random& random) {
  const std::array families{GeneFamily::width, GeneFamily::depth, GeneFamily::other};
  std::array probabilities{search.width_mutation, search.depth_mutation, search.other_mutation};
  Genome child = genome;
  for (size_t f = 0; f < families.size(); ++f)
    if (random.chance(probabilities[f])) child = mutate(std::move(child), families[f], space, random);
  if (!(child == genome)) return child;

  double total = 0;
  for (size_t f = 0; f < families.size(); ++f) {
    if (changes_of(genome, families[f], space).empty()) probabilities[f] = 0;
    total += probabilities[f];
  }
  double u = random.uniform() * total;
  for (size_t f = 0; f < families.size(); ++f) {
    if (probabilities[f] > 0 && u < probabilities[f]) return mutate(genome, families[f], space, random);
    u -= probabilities[f];
  }
  return child;
}

}  // namespace mho
