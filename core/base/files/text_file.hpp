// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace mho {

/// The whole file. Throws DataError when it is missing or cannot be read.
std::string read_text_file(const std::filesystem::path& file);

/// Writes the file so that a reader (or a crash) sees the old content or the new one, never a part: to a
/// temporary name beside it, fsync, rename. Makes missing folders. Throws RunError (what, where, why) on
/// failure.
void write_file_atomically(const std::filesystem::path& file, std::span<const char> content);

/// Appends one line and fsyncs it: a line that this returned from survives `kill -9`. Throws RunError; then
/// the file is as it was, without a part of the line. For one writer of a file at a time.
void append_line_durably(const std::filesystem::path& file, const std::string& line);

}  // namespace mho
