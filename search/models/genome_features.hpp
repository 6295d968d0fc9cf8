// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <span>

#include "search/models/gaussian_process.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// Genomes as numbers that a kernel can take distances of, a row a genome, each column in [0, 1]. Where the
/// kind of space has no features of its own: a gene with an order by its place on its scale, an unordered one
/// one-hot, so that all its values are equally far from each other whatever they are called, and zeros for
/// one that is not there. Throws RunError for a genome outside the space.
Eigen::MatrixXd genome_features(const Space& space, std::span<const Genome> genomes);

/// The length scales that the columns share: one a gene, or as the kind of space has it.
ColumnGroups feature_groups(const Space& space);

}  // namespace mho
