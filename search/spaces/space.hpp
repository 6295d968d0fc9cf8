// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// A space: its genes, checked, and what builds a network of a genome. Genes stand after those that they
/// depend on, else in the order in which they were given.
class Space {
 public:
  /// Throws ConfigError (which key or gene, expected, got): see the kinds and check_genes.
  explicit Space(const SpaceConfig& config);

  const std::vector<Gene>& genes() const { return genes_; }
  /// Number of genes, those that a genome may lack included.
  int dimensions() const { return static_cast<int>(genes_.size()); }
  /// The genes of a family, in the order in which mutations count them.
  const std::vector<size_t>& family(GeneFamily family) const {
    return families_[static_cast<size_t>(family)];
  }

  /// The value of every gene, null where it is not there. Throws InputError, naming the gene, for a genome
  /// outside the space.
  std::vector<const Value*> values(const Genome& genome) const;
  bool contains(const Genome& genome) const;
  /// A number a gene: numbers as they are, other values by their place, from 1, in alphabetical order (words
  /// of an ordered choice: as listed); 0 for a gene that is not there. Throws InputError as `values`.
  std::vector<double> encode(const Genome& genome) const;
  /// 64 hexadecimal digits that name the space: the same for two configurations only when they hold the same
  /// genomes and networks. Kept with what was learned or recorded in it.
  std::string hash() const;
  /// Number of different genomes; infinite with a real gene.
  double size() const { return size_; }
  /// Genome `index` of [0, size()), each once; for spaces of up to 2^53 genomes.
  Genome genome(std::int64_t index) const;

  /// Every gene uniform over its range.
  Genome sample(Random& random) const { return at(point(random)); }
  /// The genome at a point of the unit cube [0, 1)^dimensions, for Latin hypercubes.
  Genome at(const std::vector<double>& point) const;
  /// A point drawn uniformly, coordinate by coordinate.
  std::vector<double> point(Random& random) const;
  /// The genome of `values` (null: none is given) without those that are not there and, for those that are
  /// there without a value, with values from the point; a gene that repeats another takes that one's
  /// coordinate.
  Genome complete(std::vector<const Value*> values, const std::vector<double>& point) const;
  /// Whether the gene is there, given the values of those before it.
  bool is_there(size_t gene, const std::vector<const Value*>& values) const;
  /// Whether others depend on the gene.
  bool decides(size_t gene) const { return !children_[gene].empty(); }

  /// One text a genome, for people and tables.
  std::string name(const Genome& genome) const;
  /// Whether genomes have networks.
  bool builds() const { return kind_->builds(); }
  /// The network of a genome. Throws ArchitectureError for one that fits no such input.
  Architecture build(const Genome& genome, Shape input, int classes) const;
  /// What a genome tells a model. Throws InputError as `values`.
  FeatureRow features(const Genome& genome) const;

  const SpaceConfig& config() const { return config_; }

 private:
  double count_below(size_t gene, const Value& value) const;
  void place(size_t gene, double index, std::vector<Value>& values, std::vector<bool>& there) const;
  std::string complaint(const Genome& genome, std::vector<const Value*>& values) const;
  Genome without_extras(const Genome& genome) const;

  SpaceConfig config_;
  std::vector<Gene> genes_;
  std::vector<size_t> likes_;                  ///< the gene whose coordinate a new one takes
  std::vector<int> parents_;                   ///< -1: always there
  std::vector<std::vector<size_t>> children_;  ///< which depend on the gene
  std::vector<double> counts_;                 ///< genomes of the gene and those that depend on it
  std::array<std::vector<size_t>, 3> families_;
  size_t own_ = 0;  ///< genes of the kind; those after them are of training and hardware
  double size_ = 1;
  std::shared_ptr<const SpaceKind> kind_;
};

/// What differs between two spaces, gene by gene, "gene op: [skip, conv3] there, [skip] here"; "" when they
/// are the same.
std::string difference(const Space& there, const Space& here);

}  // namespace mho
