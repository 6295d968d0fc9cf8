// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/data/recipe.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads one text file (plain, .gz or .xz) as windows of `text.steps` characters, each the number of a
/// character in the vocabulary (class_names), with the character behind each as its right class. The first
/// characters are the training part, the next ones the validation part and the last ones the test part;
/// windows lie in one part and follow each other without a gap. Throws DataError: a damaged file or encoding,
/// a character outside the vocabulary (its line and column), fewer than 2 or more than 256 different ones, a
/// part shorter than a window and the character behind it; ConfigError for a vocabulary that names one twice.
RawSet read_text(const std::filesystem::path& from, const Recipe& recipe);

/// The same of a file's bytes; `name` stands for the file in messages.
RawSet parse_text(const std::string& bytes, const std::string& name, const Recipe& recipe);

/// The characters that the set's numbers stand for, one after the other.
std::string vocabulary_of(const RawSet& set);

}  // namespace mho
