// SPDX-License-Identifier: Apache-2.0
// The parser that MHO_FUZZ_PARSER names as a target of libFuzzer.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "fuzz/parser.hpp"

namespace {

mho::fuzz::Parser chosen_parser() {
  const char* name = std::getenv("MHO_FUZZ_PARSER");
  const auto parsers = mho::fuzz::all_parsers();
  for (const auto& parser : parsers)
    if (name && parser.name == name) return parser;
  std::cerr << "MHO_FUZZ_PARSER: expected one of";
  for (const auto& parser : parsers) std::cerr << " " << parser.name;
  std::cerr << ", got " << (name ? name : "nothing") << "\n";
  std::exit(2);
}

}  // namespace

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto parser = chosen_parser();
  std::string input(reinterpret_cast<const char*>(data), size);
  if (parser.repair) parser.repair(input);
  if (const auto wrong = complaint(parser, input)) {
    std::cerr << parser.name << ": " << *wrong << "\n";
    std::abort();
  }
  return 0;
}
