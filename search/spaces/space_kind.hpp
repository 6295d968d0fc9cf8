// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/nn/graph/architecture.hpp"
#include "search/spaces/genome.hpp"

namespace mho {

/// What a genome tells a model: numbers from 0 to 1, and the group of each, whose numbers share a length
/// scale.
struct FeatureRow {
  std::vector<double> values;
  std::vector<int> groups;
  void add(int group, double value) {
    values.push_back(value);
    groups.push_back(group);
  }
};

/// A text as the name of a network: longer ones are cut and end in a digest, and so do those with other
/// characters than printable ASCII, which become '?'.
std::string network_name(const std::string& text);

/// What a space is beyond its genes: how a genome is named, built and seen by models. All functions are pure
/// and get genomes of the space.
class SpaceKind {
 public:
  virtual ~SpaceKind() = default;
  /// One text a genome, which names its network too: at most 200 printable characters of ASCII.
  virtual std::string name(const Genome& genome) const { return network_name(to_string(genome)); }
  /// Whether genomes have networks. Where they have none, an objective of the user's own judges them.
  virtual bool builds() const { return true; }
  /// The network of a genome. Throws ArchitectureError for one that fits no such input.
  virtual Architecture build(const Genome& genome, Shape input, int classes) const = 0;
  /// Adds what its genes tell, in groups from 0 on; false, with nothing added, where each gene tells its own.
  virtual bool add_features(const Genome&, FeatureRow&) const { return false; }
};

/// The typed mutations of AnalogNAS (Benmeziane et al. 2023, Algorithm 1): what a gene changes of a network.
enum class GeneFamily {
  width,  ///< channels: OC0, WF, branches
  depth,  ///< blocks and their types: M, R, CT
  other,  ///< all else: KS0
};

/// A space as a kind of spaces makes it.
struct SpaceParts {
  std::vector<Gene> genes = {};
  std::vector<std::string> width = {};  ///< genes by family, in the order that mutations count them in; a
  std::vector<std::string> depth = {};  ///< gene in neither is of GeneFamily::other
  std::shared_ptr<const SpaceKind> kind = {};
};

}  // namespace mho
