// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/program/command_shape.hpp"

namespace mho {
namespace {

/// Text that roff takes as it is: a backslash, a hyphen and a line that begins with a control character mean
/// something to it.
std::string roff(const std::string& text) {
  std::string safe;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) safe += "\\&";
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
    line_start = c == '\n';
  }
  return safe;
}

std::string usage_of(const std::string& path, const CommandShape& command) {
  auto text = fmt::format(".B {}\n", roff(path));
  for (const auto& positional : command.positionals) {
    const auto name = roff(positional.names[0]);
    text += positional.required ? ".I " + name + "\n" : "[\\fI" + name + "\\fR]\n";
  }
  return text + "[options]\n";
}

std::string options_of(const CommandShape& command) {
  std::string text;
  for (const auto& positional : command.positionals)
    text += fmt::format(".TP\n.I {}\n{}\n", roff(positional.names[0]), roff(positional.help));
  for (const auto& option : command.options) {
    std::string names;
    for (const auto& name : option.names) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    if (!option.value.empty()) names += " \\fI" + roff(option.value) + "\\fR";
    text += fmt::format(".TP\n{}\n{}\n", names, roff(option.help));
  }
  return text;
}

std::string commands_of(const std::string& path, const CommandShape& program) {
  std::string text;
  for (const auto& command : program.commands) {
    const auto name = path + " " + command.name;
    text += fmt::format(".SS {}\n{}\n.PP\n{}{}", roff(name), roff(command.help), usage_of(name, command),
                        options_of(command));
    if (!command.footer.empty()) text += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(command.footer));
    text += commands_of(name, command);
  }
  return text;
}

}  // namespace

std::string man_page(const CommandShape& program, const std::string& version) {
  return fmt::format(
             ".TH MHO 1 \"\" \"mho {}\" \"User Commands\"\n.SH NAME\nmho \\- {}\n.SH SYNOPSIS\n.B "
             "mho\n[options] "
             "\\fICOMMAND\\fR [options]\n.SH OPTIONS\n",
             roff(version), roff(program.help)) +
         options_of(program) + ".SH COMMANDS\n" + commands_of("mho", program) +
         ".SH EXIT STATUS\n0: done; 1: failed, or stopped by a signal; 2: input that cannot be used.\n"
         ".SH ENVIRONMENT\n.TP\n.B MHO_KERNELS\nThe set of kernels in place of the processor's own: avx512, "
         "avx2, "
         "portable, reference.\n";
}

}  // namespace mho
