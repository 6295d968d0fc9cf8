// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// Uniform crossover: every gene that is there from one parent or the other with equal chance, from the one
/// that has it where only one has. A child of two genomes of a space is in that space.
Genome cross(const Genome& a, const Genome& b, const Space& space, Random& random);

}  // namespace mho
