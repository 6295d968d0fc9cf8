// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/data/recipe.hpp"
#include "core/data/sources/audio.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads train_images.npy, train_labels.npy, test_images.npy, test_labels.npy and, where they are, the two of
/// validation, as `arrays` says. `classes` 0: as many as the training labels show. Throws DataError.
RawSet read_npy_folder(const std::filesystem::path& folder, int classes = 0, const ArrayConfig& arrays = {});

/// Reads raw files of one of known_data_sets()'s kinds from a file or folder (digits: `from` may be empty,
/// see find_digits), those of recipe_kinds() as `recipe` says. Throws ConfigError for an unknown kind and
/// DataError for what is missing, damaged or not of the kind's shape.
RawSet read_raw_set(
    const std::string& kind, const std::filesystem::path& from, const Recipe& recipe = {},
    const CheckGoingOn& check_going_on = [] {});

/// The kind of the raw files that lie in `folder`: `name` when that is a kind itself, else told by the files'
/// names;
/// "" when there are none.
std::string kind_of_folder(const std::string& name, const std::filesystem::path& folder);

}  // namespace mho
