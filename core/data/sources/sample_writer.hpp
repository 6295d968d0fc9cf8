// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/data/sources/labels.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Collects samples of one shape and type into the splits of a RawSet, in the order in which they come.
class SampleWriter {
 public:
  /// `shape`: height, width, channels; `dtype`: |u1, |i1 or <f4.
  SampleWriter(std::string dtype, std::array<std::int64_t, 3> shape);

  /// Bytes of one sample.
  size_t sample_bytes() const;
  void add(Part part, int label, const std::vector<char>& bytes);
  /// The set, its classes named; with `complete`, check_classes. Throws DataError as complete_raw_set;
  /// `where` stands in messages.
  RawSet finish(const std::vector<std::string>& class_names, bool complete, const std::string& where);

 private:
  RawSamples& part(Part which);

  std::string dtype_;
  std::array<std::int64_t, 3> shape_;
  RawSet set_;
};

/// The bytes of these values.
template <class T>
std::vector<char> bytes_of(const std::vector<T>& values) {
  const char* first = reinterpret_cast<const char*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

}  // namespace mho
