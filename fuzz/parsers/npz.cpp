// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/base/files/npy.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

Parser npz() {
  const InputFile file(".npz");
  const auto seed = written([](const auto& path) {
    write_npz(path, {{"conductances", NpyArray::from(std::vector<float>(300, 2.5F), {3, 100})},
                     {"used", NpyArray::from(std::vector<std::uint8_t>{1, 0, 1}, {3})}});
  });
  return {"npz", {seed}, [file](const std::string& bytes) { read_npz(file.write(bytes)); }};
}

}  // namespace mho::fuzz
