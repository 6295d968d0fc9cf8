// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files/text_file.hpp"

// Small raw files for the tests of core/data.

/// An IDX file of type `type` (8 or 9).
inline std::string idx(char type, const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string bytes{0, 0, type, static_cast<char>(shape.size())};
  for (const auto size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes + data;
}

/// `count` labels 0, 1, ..., classes - 1, 0, 1, ... as bytes.
inline std::string cycling_labels(int count, int classes) {
  std::string labels;
  for (int i = 0; i < count; ++i) labels += static_cast<char>(i % classes);
  return labels;
}

/// `count` bytes that all differ from their neighbours.
inline std::string pattern(size_t count, unsigned step = 37) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(i * step + i / 7);
  return bytes;
}

/// A folder of IDX files: 2 x 3 signed bytes, 3 classes, `train` and `test` samples, and validation samples
/// if any.
inline void write_idx_folder(const std::filesystem::path& folder, int train, int test, int validation = 0) {
  const auto write = [&](const std::string& split, int count) {
    if (count == 0) return;
    const auto n = static_cast<std::uint32_t>(count);
    mho::write_file_atomically(folder / (split + "-mfcc-idx3-byte"), idx(9, {n, 2, 3}, pattern(n * 6)));
    mho::write_file_atomically(folder / (split + "-labels-idx1-ubyte"),
                               idx(8, {n}, cycling_labels(count, 3)));
  };
  write("train", train);
  write("validation", validation);
  write("test", test);
}

/// `count` lines like those of scikit-learn's digits.csv.
inline std::string digits_csv(int count) {
  std::string text;
  for (int line = 0; line < count; ++line) {
    for (int pixel = 0; pixel < 64; ++pixel) text += std::to_string((line * 5 + pixel * 3) % 17) + ",";
    text += std::to_string(line % 10) + "\n";
  }
  return text;
}

/// How many of `labels` there are of each of `classes` classes.
inline std::vector<int> class_counts(const std::vector<int>& labels, int classes) {
  std::vector<int> counts(static_cast<size_t>(classes));
  for (const int label : labels) ++counts.at(static_cast<size_t>(label));
  return counts;
}
