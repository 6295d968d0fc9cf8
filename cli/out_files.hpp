// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mho {

// The one rule for what commands write: a file that is there is not replaced by another without --force. The
// same bytes again are no replacement.

/// Declares --force.
void add_force_option(CLI::App& command, bool& force);

/// For results that take long and whose bytes nobody knows yet: throws InputError when `folder` holds a file
/// of one of these names, unless `force`.
void refuse_overwrite(const std::filesystem::path& folder, const std::vector<std::string>& names, bool force);

/// Writes one file. Throws InputError when it is there with other bytes, unless `force`; RunError when it
/// cannot be written.
void write_result(const std::filesystem::path& file, const std::string& content, bool force);

/// Moves what a command made in the folder `made` into `folder`, on the same disk; files with the same bytes
/// stay. `names`: all files that such a result may have, relative to the folder. Throws InputError, before
/// anything is moved, when one of them is there with other bytes or is not part of `made`, unless `force`
/// replaces the first and removes the second; RunError when that fails.
void move_result(const std::filesystem::path& made, const std::filesystem::path& folder,
                 const std::vector<std::string>& names, bool force);

}  // namespace mho
