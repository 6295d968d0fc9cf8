// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/data/recipe.hpp"
#include "core/data/sources/audio.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads a folder or archive of PNG and JPEG files (find_labelled_files), each fitted to images.height x
/// images.width, as 8-bit samples. Throws DataError.
RawSet read_pictures(const std::filesystem::path& from, const Recipe& recipe,
                     const CheckGoingOn& check_going_on);

}  // namespace mho
