// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/program/command_shape.hpp"

namespace mho {
namespace {

constexpr const char* key_value = "TABLE.KEY=VALUE";

/// A command and how one gets to it, "mho data prepare".
struct Place {
  std::string path;
  const CommandShape* command;
};

void collect(const std::string& path, const CommandShape& command, std::vector<Place>& places) {
  places.push_back({path, &command});
  for (const auto& next : command.commands) collect(path + " " + next.name, next, places);
}

std::vector<Place> places_of(const CommandShape& program) {
  std::vector<Place> places;
  collect(program.name, program, places);
  return places;
}

/// In single quotes of a POSIX shell.
std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

std::string joined(const std::vector<std::string>& words, const std::string& between,
                   const std::string& after) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word + after;
  return text;
}

/// "mho search"|"mho data"|...: what moves one command further.
std::string all_paths(const std::vector<Place>& places, const char* between) {
  std::string text;
  for (const auto& place : places)
    if (place.path != "mho") text += (text.empty() ? "" : between) + fmt::format("\"{}\"", place.path);
  return text;
}

/// "mho search:--out"|...: the options of the place that `wanted` holds for, as patterns of "path:previous".
template <class Wanted>
std::string patterns(const std::vector<Place>& places, const Wanted& wanted) {
  std::string text;
  for (const auto& place : places)
    for (const auto& option : place.command->options)
      if (wanted(option))
        for (const auto& name : option.names)
          text += (text.empty() ? "" : "|") + fmt::format("\"{}:{}\"", place.path, name);
  return text.empty() ? "\"\"" : text;
}

bool takes_keys(const OptionShape& option) { return option.value == key_value; }
bool takes_files(const OptionShape& option) {
  return option.value.starts_with("FILE") || option.value == "DIR" || option.value == "NPY";
}
bool takes_other(const OptionShape& option) {
  return !option.value.empty() && !takes_keys(option) && !takes_files(option) && option.words.empty();
}

std::vector<std::string> option_names(const CommandShape& command) {
  std::vector<std::string> names;
  for (const auto& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::vector<std::string> command_names(const CommandShape& command) {
  std::vector<std::string> names;
  for (const auto& next : command.commands) names.push_back(next.name);
  return names;
}

std::string bash(const CommandShape& program, const std::vector<std::string>& keys) {
  const auto places = places_of(program);
  std::string text = fmt::format(R"(# bash completion of mho, written by: mho completion bash
_mho() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" path=mho options="" commands="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {}) path="$path ${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$path:$prev" in
)",
                                 all_paths(places, "|"));
  for (const auto& place : places)
    for (const auto& option : place.command->options)
      if (!option.words.empty())
        text += fmt::format("    {}) COMPREPLY=($(compgen -W {} -- \"$cur\")); return ;;\n",
                            patterns({place}, [&](const auto& o) { return &o == &option; }),
                            quoted(joined(option.words, " ", "")));
  text += fmt::format(R"(    {}) compopt -o nospace; COMPREPLY=($(compgen -W {} -- "$cur")); return ;;
    {}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    {}) return ;;
  esac
  case "$path" in
)",
                      patterns(places, takes_keys), quoted(joined(keys, " ", "=")),
                      patterns(places, takes_files), patterns(places, takes_other));
  for (const auto& place : places)
    text += fmt::format("    \"{}\") options={} commands={} ;;\n", place.path,
                        quoted(joined(option_names(*place.command), " ", "")),
                        quoted(joined(command_names(*place.command), " ", "")));
  return text + R"(  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $commands ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _mho mho
)";
}

/// "name:what it does" for _describe, where a colon ends the name.
std::string described(const std::string& name, const std::string& help) { return quoted(name + ":" + help); }

std::string zsh_lists(const CommandShape& command) {
  std::string options, commands;
  for (const auto& option : command.options)
    for (const auto& name : option.names) options += " " + described(name, option.help);
  for (const auto& next : command.commands) commands += " " + described(next.name, next.help);
  return fmt::format("options=({} ) commands=({} )", options, commands);
}

std::string zsh(const CommandShape& program, const std::vector<std::string>& keys) {
  const auto places = places_of(program);
  std::string text = fmt::format(R"(#compdef mho
# zsh completion of mho, written by: mho completion zsh
_mho() {{
  local at=mho i
  local -a options commands
  for ((i = 2; i < CURRENT; i++)); do
    case "$at ${{words[i]}}" in
      ({}) at="$at ${{words[i]}}" ;;
    esac
  done
  case "$at:${{words[CURRENT-1]}}" in
)",
                                 all_paths(places, "|"));
  for (const auto& place : places)
    for (const auto& option : place.command->options)
      if (!option.words.empty())
        text += fmt::format("    ({}) compadd -- {}; return ;;\n",
                            patterns({place}, [&](const auto& o) { return &o == &option; }),
                            joined(option.words, " ", ""));
  text += fmt::format(R"(    ({}) compadd -S '' -- {}; return ;;
    ({}) _files; return ;;
    ({}) return ;;
  esac
  case "$at" in
)",
                      patterns(places, takes_keys), joined(keys, " ", "="), patterns(places, takes_files),
                      patterns(places, takes_other));
  for (const auto& place : places)
    text += fmt::format("    (\"{}\") {} ;;\n", place.path, zsh_lists(*place.command));
  return text + R"(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( ${#commands} )); then
    _describe command commands
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _mho ]]; then _mho "$@"; else compdef _mho mho; fi
)";
}

/// In single quotes of fish, which knows \\ and \' in them.
std::string fish_quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return safe + "'";
}

std::string fish_option(const std::string& at, const OptionShape& option,
                        const std::vector<std::string>& keys) {
  auto text = "complete -c mho -n " + at;
  for (const auto& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (takes_files(option)) text += " -r -F";
  if (takes_other(option)) text += " -x";
  if (takes_keys(option)) text += " -x -a " + fish_quoted(joined(keys, " ", "="));
  if (!option.words.empty()) text += " -x -a " + fish_quoted(joined(option.words, " ", ""));
  return text + " -d " + fish_quoted(option.help) + "\n";
}

std::string fish(const CommandShape& program, const std::vector<std::string>& keys) {
  const auto places = places_of(program);
  std::string text = fmt::format(R"(# fish completion of mho, written by: mho completion fish
function __mho_at
    set -l at mho
    for word in (commandline -opc)[2..-1]
        if contains -- "$at $word" {}
            set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c mho -f
)",
                                 all_paths(places, " "));
  for (const auto& place : places) {
    const auto at = fmt::format("\"__mho_at '{}'\"", place.path);
    for (const auto& next : place.command->commands)
      text += fmt::format("complete -c mho -n {} -a {} -d {}\n", at, next.name, fish_quoted(next.help));
    for (const auto& option : place.command->options) text += fish_option(at, option, keys);
    if (place.command->commands.empty()) text += fmt::format("complete -c mho -n {} -F\n", at);
  }
  return text;
}

}  // namespace

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells{"bash", "zsh", "fish"};
  return shells;
}

std::string completion_script(const std::string& shell, const CommandShape& program,
                              const std::vector<std::string>& keys) {
  return shell == "bash" ? bash(program, keys) : shell == "zsh" ? zsh(program, keys) : fish(program, keys);
}

}  // namespace mho
