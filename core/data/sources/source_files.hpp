// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mho {

/// The files of a data set as they came: a folder, or an archive of one (.tar, .tar.gz or .tar.xz), which is
/// unpacked in memory. Paths are relative to it, with '/'; a folder that holds all of an archive is left out
/// of them. Names that begin with '.' are left alone, and so is what lies more than 8 folders deep.
class SourceFiles {
 public:
  /// Throws DataError where `from` is missing, is neither, or is damaged.
  explicit SourceFiles(const std::filesystem::path& from);

  /// Of all files, in the order of their names.
  const std::vector<std::string>& paths() const { return paths_; }
  bool has(const std::string& path) const;
  /// How messages call a file: "speech/yes/1.wav".
  std::string name(const std::string& path) const;
  /// What messages call the whole.
  std::string name() const { return from_.string(); }
  /// A file's bytes. Throws DataError.
  std::string read(const std::string& path) const;

 private:
  void list(const std::filesystem::path& folder, const std::string& prefix, int depth);
  void unpack();

  std::filesystem::path from_;
  std::vector<std::string> paths_;
  bool archive_ = false;
  std::map<std::string, std::string> unpacked_;
};

/// Whether a path ends in one of these endings (".wav"), whatever the case of its letters.
bool has_ending(const std::string& path, const std::vector<std::string>& endings);

}  // namespace mho
