// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mho {

/// A file at a public address. `sha256` is never empty: nothing is downloaded that cannot be checked.
struct RemoteFile {
  std::string url;
  std::string sha256;
};

/// Fetches `remote` into `folder` under the last part of its address, with curl or wget from PATH, and checks
/// its SHA-256. Throws RunError when neither program is there or the transfer fails (with what the program
/// said), and DataError for a wrong check sum; then no file is left. Returns the file.
std::filesystem::path download(const RemoteFile& remote, const std::filesystem::path& folder);

}  // namespace mho
