// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace mho {

/// A new, empty folder in `parent` under a name that nothing had, and gone with the object: the only folder
/// that it may remove. `parent` (empty: the current folder) is made where it is missing, and then goes too
/// unless something else is in it.
class ScratchFolder {
 public:
  /// Throws as make_folder.
  explicit ScratchFolder(const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool made_parent_ = false;
};

}  // namespace mho
