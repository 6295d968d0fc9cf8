// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/data/dataset.hpp"
#include "core/data/sources/raw_set.hpp"
#include "core/data/stratify.hpp"

namespace mho {

/// The statistics of `images` (N x H x W x C; |u1, |i1 or <f4). Throws DataError for values that are not
/// finite; `where` stands in the message.
Normalisation measure_normalisation(const NpyArray& images, const std::string& where);

/// The samples at `chosen`, as float32 (raw - mean) / standard deviation.
Samples normalise(const RawSamples& raw, const Indices& chosen, const Normalisation& normalisation);

}  // namespace mho
