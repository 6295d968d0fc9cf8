// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/config_schema.hpp"
#include "core/data/recipe.hpp"
#include "evaluators/spiking/spiking_config.hpp"
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

/// The tables of every kind of data, each once.
std::vector<Section> recipe_sections(Recipe& recipe) {
  std::vector<Section> all;
  for (const auto& kind : recipe_kinds())
    for (const auto& section : recipe.sections(kind))
      if (std::none_of(all.begin(), all.end(), [&](const Section& s) { return s.name == section.name; }))
        all.push_back(section);
  return all;
}

/// docs/config.md is this text.
int run() {
  RunConfig config, other;
  Recipe recipe;
  SpikingConfig spiking;
  print(
      "# Configuration\n\nEvery key of a run file (`mho search CONFIG`), with its default. Written by `mho "
      "config`.\n\n" +
      describe_config(config.sections()) + describe_config(other_spaces(other)) +
      "# Chip files\n\nEvery key of a chip file (`[chip] file = ...`, `mho export --chip`).\n\n" +
      describe_config({{"chip", "An in-memory computing chip: cores on a grid, one crossbar a core.",
                        [&config](FieldVisitor& visitor) { config.chip.fields(visitor); }}}) +
      "# Spiking networks\n\nEvery key of [spiking] in a file for `mho spiking CONFIG`, which has [task], "
      "[device] and "
      "[device.NAME] as above too (docs/spiking.md).\n\n" +
      describe_config({{"spiking", "Spiking networks: neurons, learning, devices.",
                        [&spiking](FieldVisitor& visitor) { spiking.fields(visitor); }}}) +
      "# Recipes\n\nEvery key of `mho data prepare audio|csv|npy|images --set TABLE.KEY=VALUE` or `--recipe "
      "FILE` "
      "(docs/data.md).\n\n" +
      describe_config(recipe_sections(recipe)));
  return 0;
}

/// For an editor's completion and checks of run files.
int print_schema() {
  RunConfig config;
  std::vector<SpaceConfig> spaces(all_values<SpaceType>().size());
  TableVariants kinds{"space", "kind", {}};
  for (size_t i = 0; i < spaces.size(); ++i) {
    spaces[i].kind = all_values<SpaceType>()[i];
    kinds.variants.emplace_back(word_of(spaces[i].kind), spaces[i].sections());
  }
  print(config_schema("A run file of mho", config.sections(), kinds));
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  const auto schema = std::make_shared<bool>(false);
  auto* command =
      app.add_subcommand("config", "Print every configuration key, its default and meaning, as markdown");
  command->add_flag("--schema", *schema, "Print a JSON schema of run files instead, for editors");
  command->callback([schema, &action] { action = *schema ? print_schema : run; });
}

}  // namespace mho
