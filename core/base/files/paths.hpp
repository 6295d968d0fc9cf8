// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <system_error>
#include <vector>

namespace mho {

/// Whether a file or a folder of this name is there, links followed. All throw DataError (path, reason) where
/// that cannot be said: links in a circle, a name that is too long, no right to look.
bool is_file(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
bool is_there(const std::filesystem::path& path);

/// Whether the reason is the path itself, which no disk and no right could make good: links in a circle or a
/// name that is too long.
bool is_impossible_path(const std::error_code& reason);

/// Makes the folder, and those above it, where they are missing; true when it was. Throws DataError for an
/// impossible path, RunError when it cannot be made (folder, reason).
bool make_folder(const std::filesystem::path& folder);

/// What a folder holds, in the order of the names. Throws DataError when it cannot be listed.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

}  // namespace mho
