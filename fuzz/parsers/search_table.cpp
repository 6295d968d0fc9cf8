// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "fuzz/parsers/inputs.hpp"
#include "search/judges/search_table.hpp"

namespace mho::fuzz {

Parser search_table() {
  const InputFile file(".csv");
  return {
      "search_table",
      {"genome,accuracy_1d,deviation_1d,avm_points,digital_accuracy,energy_j,latency_s,cores,train_s\n"
       "OC4-KS3|R1B1BW1,0.75,0.01,3,0.8,1e-6,2e-5,1,0.5\nOC8-KS3|R1B1BW1,0.875,0.02,4,0.9,2e-6,3e-5,2,0.7\n"},
      [file](const std::string& text) { SearchTable(file.write(text)); }};
}

}  // namespace mho::fuzz
