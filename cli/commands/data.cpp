// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/output.hpp"
#include "cli/stop_signal.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/quantity.hpp"
#include "core/data/prepared.hpp"
#include "core/data/recipe.hpp"

namespace mho {
namespace {

struct PrepareArguments {
  std::string kind;
  std::filesystem::path from;
  std::string name;
  std::filesystem::path out = "data";
  std::filesystem::path recipe;
  std::vector<std::string> assignments;  ///< of --set
  bool json = false;
};

using Json = nlohmann::ordered_json;

Json set_json(const std::filesystem::path& folder, const RawSet& set) {
  Json json = {{"folder", folder.string()}, {"kind", set.kind}, {"shape", sample_shape(set)}};
  if (set.values > 0)
    json["values"] = set.values;
  else
    json["classes"] = set.classes;
  if (set.steps > 0) json["steps"] = set.steps;  // a class for each
  json["class_names"] = set.class_names;
  json["samples"] = {
      {"train", set.train.count()}, {"validation", set.validation.count()}, {"test", set.test.count()}};
  return json;
}

/// What is prepared in `folder`, or what is wrong with it.
Json checked_set_json(const std::filesystem::path& folder) {
  try {
    return set_json(folder, verify_prepared(folder));
  } catch (const DataError& error) {
    return {{"folder", folder.string()}, {"damaged", error.what()}};
  }
}

/// "data/mnist: 28x28x1, 10 classes, 60,000 + 10,000 samples", or what is wrong with the files.
std::string describe(const std::filesystem::path& folder) {
  try {
    const auto set = verify_prepared(folder);
    const auto [height, width, channels] = sample_shape(set);
    const auto training = set.train.count() + set.validation.count();
    const auto wanted = set.values > 0  ? fmt::format("{} values", set.values)
                        : set.steps > 0 ? fmt::format("{} classes a step", set.classes)
                                        : fmt::format("{} classes", set.classes);
    return fmt::format("{}: {}x{}x{}, {}, {} + {} samples", folder.string(), height, width, channels, wanted,
                       format_count(training), format_count(set.test.count()));
  } catch (const DataError& error) {
    return fmt::format("{}: damaged, prepare it again: {}", folder.string(), error.what());
  }
}

std::set<std::filesystem::path> prepared_folders() {
  std::set<std::filesystem::path> folders;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator("data", missing))
    if (is_prepared(entry.path())) folders.insert(entry.path());
  return folders;
}

int list_json() {
  Json json = {{"known", Json::array()}, {"prepared", Json::array()}};
  for (const auto& set : known_data_sets())
    json["known"].push_back({{"kind", set.kind}, {"shape", set.shape}, {"description", set.description}});
  for (const auto& folder : prepared_folders()) json["prepared"].push_back(checked_set_json(folder));
  print(json.dump(2) + "\n");
  return 0;
}

int list() {
  std::string text = "Can be prepared (mho data prepare NAME):\n";
  for (const auto& set : known_data_sets())
    text += fmt::format("  {:<14} {:<8} {}\n", set.kind, set.shape, set.description);
  const auto folders = prepared_folders();
  text += folders.empty() ? "Nothing is prepared in data/.\n" : "Prepared, check sums verified:\n";
  for (const auto& folder : folders) text += "  " + describe(folder) + "\n";
  print(text);
  return 0;
}

int prepare(const PrepareArguments& arguments) {
  const auto name = arguments.name.empty() ? arguments.kind : arguments.name;
  const auto recipe = read_recipe(arguments.kind, arguments.recipe, arguments.assignments);
  log_line(fmt::format("preparing {} as {}", arguments.kind, (arguments.out / name).string()));
  const StopSignal stop;
  const auto folder = prepare_data(arguments.kind, name, arguments.from, arguments.out, &stop.flag(), recipe);
  const auto set = read_prepared(folder);
  for (const auto& note : set.notes) log_line(note);
  print(arguments.json ? set_json(folder, set).dump(2) + "\n" : describe(folder) + "\n");
  return 0;
}

}  // namespace

void add_data(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("data", "List and prepare data sets");
  command->require_subcommand(1);
  const auto arguments = std::make_shared<PrepareArguments>();
  auto* listing = command->add_subcommand("list", "Show what can be prepared, and check what is");
  listing->add_flag("--json", arguments->json, "Print one JSON document instead of text");
  listing->callback(
      [arguments, &action] { action = [arguments] { return arguments->json ? list_json() : list(); }; });
  auto* preparation =
      command->add_subcommand("prepare", "Fetch or read raw files and write them in the form of mho");
  preparation->add_option("NAME", arguments->kind, "What to prepare, one of 'mho data list'")->required();
  preparation->add_option("--from", arguments->from, "Raw files that are here already; nothing is downloaded")
      ->type_name("DIR");
  preparation
      ->add_option(
          "--set", arguments->assignments,
          "Set values of the recipe (audio, csv, npy, images, text): --set features.preset=mlperf_kws "
          "(repeatable; 'mho config' lists them)")
      ->type_name("TABLE.KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  preparation->add_option("--recipe", arguments->recipe, "TOML file of such values")->type_name("FILE");
  preparation->add_option("--name", arguments->name, "What task.data calls it (default: NAME)")
      ->type_name("NAME");
  preparation->add_option("--out", arguments->out, "Folder of prepared sets")
      ->type_name("DIR")
      ->capture_default_str();
  preparation->add_flag("--json", arguments->json, "Print one JSON document instead of text");
  preparation->callback([arguments, &action] { action = [arguments] { return prepare(*arguments); }; });
}

}  // namespace mho
