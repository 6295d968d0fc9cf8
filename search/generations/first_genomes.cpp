// SPDX-License-Identifier: Apache-2.0
#include "search/generations/first_genomes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "search/spaces/genome_json.hpp"

namespace mho {
namespace {

/// In the order of the space: a table of a run file has its keys in that of the alphabet.
Genome checked(const std::string& text, const Space& space) {
  auto genome = genome_from_json(text);
  const auto place = [&](const Genome::Entry& entry) {
    return std::find_if(space.genes().begin(), space.genes().end(),
                        [&](const Gene& gene) { return gene.name == entry.gene; });
  };
  std::stable_sort(genome.entries.begin(), genome.entries.end(),
                   [&](const Genome::Entry& a, const Genome::Entry& b) { return place(a) < place(b); });
  space.values(genome);
  return genome;
}

}  // namespace

std::vector<Genome> first_genomes(const SearchConfig& search, const Space& space) {
  if (std::ssize(search.start_with) > search.trials)
    throw ConfigError(fmt::format("search.start_with: expected at most search.trials = {} genomes, got {}",
                                  search.trials, search.start_with.size()));
  std::vector<Genome> genomes;
  for (size_t i = 0; i < search.start_with.size(); ++i) {
    const auto refuse = [&](const std::string& what) {
      throw ConfigError(fmt::format("search.start_with, genome {}: {}", i + 1, what));
    };
    try {
      genomes.push_back(checked(search.start_with[i], space));
    } catch (const InputError& error) {
      refuse(error.what());
    }
    const auto first = std::find(genomes.begin(), genomes.end() - 1, genomes.back());
    if (first != genomes.end() - 1)
      refuse(fmt::format("expected another one, got genome {} again", first - genomes.begin() + 1));
  }
  return genomes;
}

}  // namespace mho
