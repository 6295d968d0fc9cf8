// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/base/files/safetensors.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

Parser safetensors() {
  const auto seed = written([](const auto& file) {
    write_safetensors(file, {{"a.weight", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"b", {{}, {7}}}, {"c", {{0}, {}}}},
                      {{"format", "mho"}});
  });
  return {"safetensors", {seed}, [](const std::string& bytes) { parse_safetensors(bytes, file_name); }};
}

}  // namespace mho::fuzz
