// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "core/data/recipe.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Called between samples; throws to stop.
using CheckGoingOn = std::function<void()>;

/// Reads a folder or archive of recordings (find_labelled_files) and computes the features of each: resampled
/// to features.sample_rate_hz, padded or cut to a clip, in the order of the files' names. Training clips come
/// with audio.noise_copies varied copies: shifted, and with a piece of a background recording mixed in;
/// pieces of these are the class audio.silence. What a copy is depends on the seed and the file's name alone.
/// Throws DataError.
RawSet read_audio(const std::filesystem::path& from, const Recipe& recipe,
                  const CheckGoingOn& check_going_on);

}  // namespace mho
