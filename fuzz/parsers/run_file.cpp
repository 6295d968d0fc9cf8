// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "fuzz/parsers/inputs.hpp"
#include "search/run_config.hpp"

namespace mho::fuzz {

/// What was accepted comes back the same after it was written.
Parser run_file() {
  const InputFile file(".toml");
  const auto read = [file](const std::string& text) {
    auto config = load_run_config(file.write(text), {});
    const auto once = write_config(config.sections());
    config = load_run_config(file.write(once), {});
    expect(write_config(config.sections()) == once, "another configuration after it was written and read");
  };
  return {"run_file",
          {"[task]\ndata = \"mnist\"\n[search]\ntrials = 24\nobjectives = [\"accuracy_1d\", \"energy\"]\n"
           "[space]\nstem_channels = [8, 16]\n[device]\n[device.pcm]\n[training]\nlearning_rate = 0.1\n",
           write_config(RunConfig().sections())},
          read};
}

}  // namespace mho::fuzz
