// SPDX-License-Identifier: Apache-2.0
#include "cli/program/command_shape.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace mho {
namespace {

/// CLI11 adds the words of IsMember to the type: "TEXT:{test,validation,train}".
std::vector<std::string> words_in(const std::string& type) {
  const auto open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  std::vector<std::string> words;
  std::istringstream text(type.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

OptionShape option_shape(const CLI::Option& option) {
  OptionShape shape;
  if (option.get_positional()) {
    shape.names.push_back(option.get_name(true));
  } else {
    for (const auto& name : option.get_snames()) shape.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) shape.names.push_back("--" + name);
  }
  shape.help = option.get_description();
  shape.required = option.get_required();
  if (option.get_type_size_max() == 0) return shape;  // a flag
  const auto type = option.get_type_name();
  shape.words = words_in(type);
  shape.value = type.substr(0, type.find_first_of(":{ "));
  return shape;
}

}  // namespace

CommandShape shape_of(const CLI::App& app) {
  CommandShape shape{app.get_name(), app.get_description(), app.get_footer(), {}, {}, {}};
  for (const auto* option : app.get_options())
    (option->get_positional() ? shape.positionals : shape.options).push_back(option_shape(*option));
  for (const auto* command : app.get_subcommands({})) shape.commands.push_back(shape_of(*command));
  return shape;
}

}  // namespace mho
