// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mho {

/// Reads every member of a zip archive (stored or deflated, not encrypted, at most largest_unpacked in all),
/// name to content.
/// Checks sizes and CRC-32 of each. Throws DataError (file, offset, expected, found). Source: PKWARE
/// APPNOTE 6.3.
std::map<std::string, std::string> read_zip(const std::filesystem::path& file);

/// As read_zip, from bytes; `name` stands for the file in messages.
std::map<std::string, std::string> parse_zip(const std::string& bytes, const std::string& name);

/// Writes a deflated zip archive, members in the order of their names, all dated 1980-01-01: the same members
/// give the same bytes. Atomic; throws RunError, also when the members have more than largest_unpacked bytes
/// or there are more than 65534 of them.
void write_zip(const std::filesystem::path& file, const std::map<std::string, std::string>& members);

}  // namespace mho
