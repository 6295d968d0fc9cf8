// SPDX-License-Identifier: Apache-2.0
#include "cli/out_files.hpp"

#include <CLI/CLI.hpp>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file) {
  throw InputError(
      file.string() +
      ": is there already, with other content; choose another place or add --force to replace it");
}

void check(const std::error_code& error, const std::filesystem::path& file) {
  if (error) throw RunError("cannot write " + file.string() + ": " + error.message());
}

bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b) {
  return is_file(a) && is_file(b) && read_text_file(a, largest_data) == read_text_file(b, largest_data);
}

}  // namespace

void add_force_option(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "Replace results of another content that are there already");
}

void refuse_overwrite(const std::filesystem::path& folder, const std::vector<std::string>& names,
                      bool force) {
  for (const auto& name : names)
    if (!force && is_there(folder / name)) refuse(folder / name);
}

void write_result(const std::filesystem::path& file, const std::string& content, bool force) {
  if (!force && is_there(file) && read_text_file(file, largest_data) != content) refuse(file);
  write_file_atomically(file, content);
}

void move_result(const std::filesystem::path& made, const std::filesystem::path& folder,
                 const std::vector<std::string>& names, bool force) {
  std::vector<std::string> moved, removed;
  for (const auto& name : names) {
    const bool there = is_there(folder / name), wanted = is_there(made / name);
    if (there && wanted && same_bytes(folder / name, made / name)) continue;
    if (there && !force) refuse(folder / name);
    if (wanted) moved.push_back(name);
    if (there && !wanted) removed.push_back(name);
  }
  std::error_code error;
  for (const auto& name : removed) {
    std::filesystem::remove(folder / name, error);
    check(error, folder / name);
  }
  for (const auto& name : moved) {
    make_folder((folder / name).parent_path());
    std::filesystem::rename(made / name, folder / name, error);
    check(error, folder / name);
  }
}

}  // namespace mho
