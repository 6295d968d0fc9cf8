// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mho {

/// An array of a .npy or .npz file: numpy's type code ("<f4", "|u1", "<i8", ...), shape and raw bytes, C
/// order.
struct NpyArray {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<char> bytes;

  /// Number of elements, the product of the shape (1 for a scalar).
  std::int64_t size() const;
  /// The values converted to float, double or 64-bit integers; any little-endian int, uint, bool or float
  /// type. as_int throws DataError, which begins with `where`, for float types and for a value above 2^63
  /// - 1.
  std::vector<float> as_float() const;
  std::vector<double> as_double() const;
  std::vector<std::int64_t> as_int(const std::string& where = "array") const;

  /// Throws DataError when the shape does not hold as many elements as there are values.
  static NpyArray from(const std::vector<float>& values, std::vector<std::int64_t> shape);
  static NpyArray from(const std::vector<double>& values, std::vector<std::int64_t> shape);
  static NpyArray from(const std::vector<std::uint8_t>& values, std::vector<std::int64_t> shape);
  static NpyArray from(const std::vector<std::int32_t>& values, std::vector<std::int64_t> shape);
};

/// Reads one .npy file (format 1 to 3, C order). Throws DataError (file, offset, expected, found).
/// Source: numpy.lib.format.
NpyArray read_npy(const std::filesystem::path& file);
/// As read_npy, from bytes; `name` stands for the file in messages.
NpyArray parse_npy(const std::string& bytes, const std::string& name);
/// Atomic; throws RunError.
void write_npy(const std::filesystem::path& file, const NpyArray& array);

/// Reads every array of a .npz file (stored or deflated). Throws DataError; checks each member's CRC-32.
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& file);
/// Writes a deflated .npz that numpy.load opens; the same arrays give the same bytes. Atomic; throws
/// RunError.
void write_npz(const std::filesystem::path& file, const std::map<std::string, NpyArray>& arrays);

}  // namespace mho
