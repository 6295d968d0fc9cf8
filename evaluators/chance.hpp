// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/scoring.hpp"

namespace mho {

/// The accuracy of always answering the commonest class of `samples`.
double commonest_class_share(const Samples& samples);

/// Why a score after one day, measured on `images`, is not clearly better than always answering the commonest
/// class; "" when it is. Clearly better: a tenth of that answer's errors are gone, and two standard errors of
/// its accuracy over so many images are passed.
std::string no_better_than_chance(const Score& score, std::int64_t images);

/// Whether less than a quarter of the errors of that answer are gone after one day; false where Score::chance
/// is not known.
bool is_near_chance(const Score& score);

}  // namespace mho
