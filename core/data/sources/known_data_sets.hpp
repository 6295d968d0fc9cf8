// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/data/sources/download.hpp"

namespace mho {

/// One kind of raw data that prepare_data understands.
struct KnownDataSet {
  std::string kind;         ///< its name on the command line
  std::string description;  ///< one line
  std::string shape;        ///< of a sample, height x width x channels as text; "any" for the general kinds
  int classes = 0;          ///< 0 where the files decide
  std::vector<std::string> class_names = {};
  /// What to download, with SHA-256 sums; empty for what must lie on this machine.
  std::vector<RemoteFile> files = {};
};

/// Every kind, in the order in which `mho data list` shows them.
const std::vector<KnownDataSet>& known_data_sets();

/// The kind of that name. Throws ConfigError with a did-you-mean.
const KnownDataSet& find_data_set(const std::string& kind);

}  // namespace mho
