// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/data/recipe.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads series of numbers from CSV files (plain, .gz or .xz): one file, or a folder with train.csv, test.csv
/// and optionally validation.csv, which are the splits. Samples are steps x 1 x channels, float32 as they
/// stand. Wide: a line a sample. Long: a line a step, recordings one after the other. With series.window,
/// whole windows of recordings; what is left at an end is not used, and a window's label is that of most of
/// its steps (the earlier one where two are equal). Throws DataError (file:line).
RawSet read_series(const std::filesystem::path& from, const Recipe& recipe);

/// One file's part of it, for tests and fuzzing: reads `text` alone, `name` standing for the file.
RawSet parse_series(const std::string& text, const std::string& name, const Recipe& recipe);

}  // namespace mho
