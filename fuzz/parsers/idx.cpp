// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/data/sources/idx.hpp"
#include "tests/data/raw_files.hpp"

namespace mho::fuzz {

Parser idx_file() {
  return {
      "idx_file",
      {idx(8, {2, 2, 3}, pattern(12)), idx(9, {2, 1, 2, 3}, pattern(12)), idx(8, {5}, cycling_labels(5, 3))},
      [](const std::string& bytes) {
        const auto array = parse_idx(bytes, file_name);
        expect(array.size() == std::ssize(array.bytes), "another number of values than the shape says");
      }};
}

}  // namespace mho::fuzz
