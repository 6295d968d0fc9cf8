// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/files/regular_file.hpp"

namespace mho {

/// The file's bytes, decompressed when it is gzip (.gz) or xz (.xz), told by its first bytes, not its name.
/// Throws DataError (file, offset, expected, found) when it is missing, truncated, corrupt or larger than
/// largest_data, unpacked largest_unpacked.
std::string read_maybe_compressed(const std::filesystem::path& file);

/// As read_maybe_compressed, from bytes, to at most `limit` of them; `name` stands for the file in messages.
std::string decompress(std::string bytes, const std::string& name, std::uint64_t limit = largest_unpacked);

}  // namespace mho
