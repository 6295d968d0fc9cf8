// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace mho {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const char> bytes);
  /// The digest of everything so far as 64 lower-case hexadecimal digits. Nothing may be added afterwards.
  std::string finish();

 private:
  void compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t length_ = 0;  ///< bytes so far
};

/// The SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
std::string sha256(std::span<const char> bytes);

/// The SHA-256 of a file's content. Throws DataError when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace mho
