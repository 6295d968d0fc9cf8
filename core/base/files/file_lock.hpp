// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace mho {

/// A lock among processes on one file, which is made where it is missing and stays: held while the object
/// lives, and gone with its process however that ends. A file system that knows no locks holds nobody off.
class FileLock {
 public:
  enum class Kind { exclusive, shared };  ///< one holder alone, or as many as want it so

  /// Does not wait. Throws RunError when the file cannot be made.
  FileLock(const std::filesystem::path& file, Kind kind);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// False when another holds it, in this process or another.
  bool held() const { return held_; }

 private:
  int descriptor_;
  bool held_;
};

}  // namespace mho
