// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include "core/data/recipe.hpp"
#include "core/data/sources/known_data_sets.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

// The prepared form of a data set is a folder <root>/<name>/ with train_images.npy (N x H x W x C; uint8,
// int8 or float32), train_labels.npy (int32) or, of a set of values, train_values.npy (N x values, float32)
// or, of next steps, train_targets.npy (N x steps, uint8 or int32), the same two for test and, where the set
// has one, for validation, and dataset.json: format "mho-data-1", name, kind, origin, classes, class_names,
// shape, counts, the SHA-256 of each .npy file, and, of recordings, features, recipe and notes (see RawSet).

/// Reads raw data of `kind` (see known_data_sets) as `recipe` says from the file or folder `from`, or, when
/// `from` is empty, from the installed scikit-learn (digits) or the kind's public address, and writes them as
/// the prepared set `out`/`name`. The set is made in `out`/.preparing and takes its place when it is whole:
/// until then, and after any failure, an earlier set of that name is as it was. Other files of its folder
/// stay. Returns `out`/`name`. Throws ConfigError (unknown kind, a name with other characters than letters,
/// digits, '.',
/// '_' and '-', a missing `from`, the same set being prepared by another process), DataError (raw data) or
/// RunError (download, disk, `stop` was set).
std::filesystem::path prepare_data(const std::string& kind, const std::string& name,
                                   const std::filesystem::path& from, const std::filesystem::path& out,
                                   const std::atomic<bool>* stop = nullptr, const Recipe& recipe = {});

/// Whether `folder` holds a dataset.json.
bool is_prepared(const std::filesystem::path& folder);

/// Reads a prepared set. Checks shapes, types, counts and labels, but not the SHA-256 sums, so that loading
/// stays fast. Throws DataError.
RawSet read_prepared(const std::filesystem::path& folder);

/// As read_prepared, and checks the SHA-256 sum of every file. Throws DataError.
RawSet verify_prepared(const std::filesystem::path& folder);

/// Throws ConfigError when `name` cannot be the name of a data set, and so of a folder.
void check_data_set_name(const std::string& name);

}  // namespace mho
