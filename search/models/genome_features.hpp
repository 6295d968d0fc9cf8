// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <span>

#include "search/models/gaussian_process.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// Genomes as numbers that a kernel can take distances of, a row a genome, each column in [0, 1]: widths and
/// counts as logarithms (twice as wide is one step, wherever one starts), block types one-hot, the width of a
/// main block as the channels that it has (stem channels times all widenings up to it), and for an absent
/// main block zeros. Throws RunError for a genome outside the space.
Eigen::MatrixXd genome_features(const Space& space, std::span<const Genome> genomes);

/// The length scales that the columns share: one for each gene, whatever main block it is of.
ColumnGroups feature_groups(const Space& space);

}  // namespace mho
