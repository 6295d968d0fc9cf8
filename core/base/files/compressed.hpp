// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace mho {

/// The file's bytes, decompressed when it is gzip (.gz) or xz (.xz), told by its first bytes, not its name.
/// Throws DataError (file, offset, expected, found) when it is missing, truncated or corrupt.
std::string read_maybe_compressed(const std::filesystem::path& file);

/// As read_maybe_compressed, from bytes; `name` stands for the file in messages.
std::string decompress(std::string bytes, const std::string& name);

/// `folder`/`name`, or the same with .gz or .xz appended, whichever exists; DataError names all three
/// otherwise.
std::filesystem::path find_maybe_compressed(const std::filesystem::path& folder, const std::string& name);

}  // namespace mho
