// SPDX-License-Identifier: Apache-2.0
#include "search/models/genome_features.hpp"

#include "core/base/error.hpp"

namespace mho {

Eigen::MatrixXd genome_features(const Space& space, std::span<const Genome> genomes) {
  Eigen::MatrixXd features(std::ssize(genomes), std::ssize(feature_groups(space)));
  for (Eigen::Index i = 0; i < features.rows(); ++i) {
    const auto& genome = genomes[static_cast<size_t>(i)];
    try {
      const auto row = space.features(genome);
      features.row(i) = Eigen::Map<const Eigen::RowVectorXd>(row.values.data(), std::ssize(row.values));
    } catch (const InputError& error) {
      throw RunError("surrogate: genome " + to_string(genome) + " is outside its space: " + error.what());
    }
  }
  return features;
}

ColumnGroups feature_groups(const Space& space) {
  return space.features(space.at(std::vector<double>(static_cast<size_t>(space.dimensions()), 0.0))).groups;
}

}  // namespace mho
