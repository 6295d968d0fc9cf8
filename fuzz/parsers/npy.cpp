// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/base/files/npy.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

namespace {

std::string npy_of(const NpyArray& array) {
  return written([&](const auto& file) { write_npy(file, array); });
}

}  // namespace

Parser npy() {
  const auto read = [](const std::string& bytes) {
    const auto array = parse_npy(bytes, file_name);
    expect(array.size() >= 0, "an array with a negative size");
    expect(std::ssize(array.as_float()) == array.size(), "another number of values than the shape says");
  };
  return {"npy",
          {npy_of(NpyArray::from(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3})),
           npy_of(NpyArray::from(std::vector<std::int32_t>{1, -2}, {2})), npy_of({"<f2", {1, 1}, {0, 60}}),
           npy_of({"<u8", {1}, std::vector<char>(8, '\1')})},
          read};
}

}  // namespace mho::fuzz
