// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/base/files/regular_file.hpp"

namespace mho {

/// The whole file, text or not. Throws DataError when it is missing, not a regular file, larger than `limit`
/// bytes or cannot be read, and RunError when there is not enough memory for it.
std::string read_text_file(const std::filesystem::path& file, std::uint64_t limit = largest_text);

/// Writes the file so that a reader (or a crash) sees the old content or the new one, never a part: to a
/// temporary name beside it, fsync, rename. Makes missing folders. Throws RunError (what, where, why) on
/// failure, or as make_folder.
void write_file_atomically(const std::filesystem::path& file, std::span<const char> content);

/// Appends one line and fsyncs it: a line that this returned from survives `kill -9`. Throws RunError; then
/// the file is as it was, without a part of the line. For one writer of a file at a time.
void append_line_durably(const std::filesystem::path& file, const std::string& line);

}  // namespace mho
