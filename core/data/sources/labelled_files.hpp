// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/data/sources/labels.hpp"
#include "core/data/sources/source_files.hpp"

namespace mho {

/// The files of a set with these endings and what folders or a list say of them. Folders: [SPLIT/]CLASS/...;
/// folders whose name begins with '_', and files that lie in no folder, are left alone. A list: a line a
/// file, its path relative to the list or to the whole. Throws DataError (list:line) for a file that is
/// missing or listed twice, an empty label, a word that is no split, or when nothing is found.
std::vector<FoundSample> find_labelled_files(const SourceFiles& files, const LabelConfig& labels,
                                             const SplitConfig& split,
                                             const std::vector<std::string>& endings);

}  // namespace mho
