// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "search/spaces/genome.hpp"

namespace mho {

/// Uniform crossover: every gene (stem channels, kernel, number of main blocks; R, B, CT and WF of each) from
/// one parent or the other with equal chance; a main block that only one parent has comes from it whole. A
/// child of two genomes of a space is in that space.
Genome cross(const Genome& a, const Genome& b, Random& random);

}  // namespace mho
