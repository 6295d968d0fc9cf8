// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/data/sources/digits.hpp"
#include "fuzz/parsers/inputs.hpp"
#include "tests/data/raw_files.hpp"

namespace mho::fuzz {

Parser digits() {
  const InputFile file(".csv");
  return {"digits", {digits_csv(20)}, [file](const std::string& text) { read_digits(file.write(text)); }};
}

}  // namespace mho::fuzz
