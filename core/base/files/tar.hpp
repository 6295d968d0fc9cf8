// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace mho {

/// The regular files of an uncompressed tar archive (ustar, pax, GNU long names), path to content; a later
/// entry of the same path replaces an earlier one, as in tar. Folders, links and devices are skipped. `name`
/// stands for the archive in messages. Throws DataError (archive, offset, expected, found) when it is
/// truncated, has no end block, or a header's check sum or numbers are wrong. Source: POSIX.1-2017, pax,
/// "ustar Interchange Format".
std::map<std::string, std::string> read_tar(const std::string& bytes, const std::string& name);

}  // namespace mho
