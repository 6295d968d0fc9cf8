// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "search/run_config.hpp"

namespace mho {
namespace {

/// The keys of [space] with another kind than the default.
std::vector<Section> other_spaces(RunConfig& config) {
  std::vector<Section> sections;
  for (const auto kind : all_values<SpaceType>()) {
    if (kind == SpaceConfig{}.kind) continue;
    sections.push_back({"space (kind = \"" + word_of(kind) + "\")", "The keys of this kind of space.",
                        [&config, kind](FieldVisitor& visitor) {
                          config.space.kind = kind;
                          config.space.fields(visitor);
                        }});
  }
  return sections;
}

/// docs/config.md is this text.
int run() {
  RunConfig config, other;
  print(
      "# Configuration\n\nEvery key of a run file (`mho search CONFIG`), with its default. Written by `mho "
      "config`.\n\n" +
      describe_config(config.sections()) + describe_config(other_spaces(other)) +
      "# Chip files\n\nEvery key of a chip file (`[chip] file = ...`, `mho export --chip`).\n\n" +
      describe_config({{"chip", "An in-memory computing chip: cores on a grid, one crossbar a core.",
                        [&config](FieldVisitor& visitor) { config.chip.fields(visitor); }}}));
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("config", "Print every configuration key, its default and meaning, as markdown");
  command->callback([&action] { action = run; });
}

}  // namespace mho
