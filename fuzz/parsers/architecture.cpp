// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/nn/graph/architecture_json.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

/// What was accepted comes back the same after it was written.
Parser architecture() {
  const auto read = [](const std::string& text) {
    const auto found = read_architecture_json(text, file_name);
    expect(to_json(read_architecture_json(to_json(found), file_name)) == to_json(found),
           "another architecture after it was written and read");
  };
  return {"architecture", {to_json(small_network()), to_json(small_sequence())}, read};
}

}  // namespace mho::fuzz
