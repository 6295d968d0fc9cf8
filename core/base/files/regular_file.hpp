// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace mho {

/// The largest files that are read, so that a wrong or hostile one ends in a message and not in the memory:
/// run and chip files; JSON, CSV and trial files; arrays, weights and archives, as they lie on the disk.
inline constexpr std::uint64_t largest_config = std::uint64_t{1} << 20;
inline constexpr std::uint64_t largest_text = std::uint64_t{256} << 20;
inline constexpr std::uint64_t largest_data = std::uint64_t{4} << 30;
/// What a compressed file, or all members of an archive together, may unpack to.
inline constexpr std::uint64_t largest_unpacked = std::uint64_t{2} << 30;

/// "3 bytes", "17 KiB", "2048 MiB": sizes in messages, rounded down.
std::string byte_size(std::uint64_t bytes);

/// A file that is open for reading: the one way in which mho opens files. Folders, pipes and devices are
/// refused, since they would block, never end or be no file at all.
class RegularFile {
 public:
  /// Throws DataError (file, expected, found) when it is missing, not a regular file, or larger than `limit`
  /// bytes.
  RegularFile(std::filesystem::path file, std::uint64_t limit);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  /// As the file system says: 0 for files of /proc, and a file may grow.
  std::uint64_t size() const { return size_; }
  /// The next bytes, as many as there are and fit; 0 at the end. Throws DataError when it cannot be read, or
  /// has grown beyond the limit.
  size_t read(std::span<char> to);

 private:
  [[noreturn]] void refuse_size(std::uint64_t found) const;

  std::filesystem::path file_;
  std::uint64_t limit_, size_ = 0, done_ = 0;
  int descriptor_;
};

}  // namespace mho
