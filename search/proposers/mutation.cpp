// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/mutation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mho {
namespace {

constexpr std::array families{GeneFamily::width, GeneFamily::depth, GeneFamily::other};
constexpr double near_step = 1.0 / 6;  // of the range, one deviation
constexpr int least_real_parts = 1 << 20;

/// The genes of the family that are there and can change.
std::vector<size_t> changeable(const Genome& genome, GeneFamily family, const Space& space) {
  std::vector<size_t> found;
  const auto values = space.values(genome);
  for (const size_t gene : space.family(family))
    if (values[gene] && space.genes()[gene].varies()) found.push_back(gene);
  return found;
}

/// Any other value.
Value another(const Gene& gene, std::int64_t present, Random& random) {
  const int last = static_cast<int>(gene.count()) - 2;
  const std::int64_t drawn = random.integer(0, last);
  return gene.value(drawn < present ? drawn : drawn + 1);
}

/// One up or one down, whichever the range allows.
Value neighbour(const Gene& gene, std::int64_t present, Random& random) {
  if (present == 0) return gene.value(1);
  if (static_cast<double>(present) == gene.count() - 1) return gene.value(present - 1);
  return gene.value(random.chance(0.5) ? present + 1 : present - 1);
}

/// A normal step on the gene's scale; whole numbers change by one at least.
Value near(const Gene& gene, const Value& present, Random& random) {
  const double from = gene.position(present);
  const double to = std::clamp(from + near_step * random.normal(), 0.0, 1.0 - 1.0 / least_real_parts);
  const auto value = gene.at(to);
  if (!(value == present)) return value;
  if (gene.kind == GeneKind::integer) return neighbour(gene, gene.index_of(present), random);
  return gene.at(from < 0.5 ? from + near_step : from - near_step);
}

Value moved(const Gene& gene, const Value& present, Random& random) {
  if (gene.move == Move::near) return near(gene, present, random);
  const auto index = gene.index_of(present);
  return gene.move == Move::neighbour ? neighbour(gene, index, random) : another(gene, index, random);
}

Genome change(const Genome& genome, size_t gene, const Space& space, Random& random) {
  auto values = space.values(genome);
  const auto value = moved(space.genes()[gene], *values[gene], random);
  values[gene] = &value;
  const auto point = space.decides(gene) ? space.point(random) : std::vector<double>{};
  return space.complete(std::move(values), point);
}

}  // namespace

Genome mutate(const Genome& genome, GeneFamily family, const Space& space, Random& random) {
  const auto genes = changeable(genome, family, space);
  if (genes.empty()) return genome;
  return change(genome, genes[static_cast<size_t>(random.integer(0, static_cast<int>(genes.size()) - 1))],
                space, random);
}

Genome mutate(const Genome& genome, const Space& space, const SearchConfig& search, Random& random) {
  std::array probabilities{search.width_mutation, search.depth_mutation, search.other_mutation};
  Genome child = genome;
  for (size_t f = 0; f < families.size(); ++f)
    if (random.chance(probabilities[f])) child = mutate(child, families[f], space, random);
  if (!(child == genome)) return child;

  double total = 0;
  for (size_t f = 0; f < families.size(); ++f) {
    if (changeable(genome, families[f], space).empty()) probabilities[f] = 0;
    total += probabilities[f];
  }
  double u = random.uniform() * total;
  for (size_t f = 0; f < families.size(); ++f) {
    if (probabilities[f] > 0 && u < probabilities[f]) return mutate(genome, families[f], space, random);
    u -= probabilities[f];
  }
  return child;
}

Genome mutate_some(const Genome& genome, GeneFamily wanted, const Space& space, Random& random) {
  if (!changeable(genome, wanted, space).empty()) return mutate(genome, wanted, space, random);
  for (const auto family : families)
    if (!changeable(genome, family, space).empty()) return mutate(genome, family, space, random);
  return genome;
}

}  // namespace mho
