// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/paths.hpp"

#include <algorithm>
#include <system_error>

#include "core/base/error.hpp"

namespace mho {
namespace {

std::filesystem::file_type type_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();  // not_found sets `error` as well
  if (type == std::filesystem::file_type::none)
    throw DataError(path.string() + ": cannot be looked up: " + error.message());
  return type;
}

}  // namespace

bool is_file(const std::filesystem::path& path) {
  return type_of(path) == std::filesystem::file_type::regular;
}

bool is_folder(const std::filesystem::path& path) {
  return type_of(path) == std::filesystem::file_type::directory;
}

bool is_there(const std::filesystem::path& path) {
  return type_of(path) != std::filesystem::file_type::not_found;
}

bool is_impossible_path(const std::error_code& reason) {
  return reason == std::errc::too_many_symbolic_link_levels || reason == std::errc::filename_too_long;
}

bool make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  const auto message = "cannot make folder " + folder.string() + ": " + error.message();
  if (is_impossible_path(error)) throw DataError(message);
  if (error) throw RunError(message);
  return made;
}

std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    paths.push_back(entry->path());
  if (error) throw DataError(folder.string() + ": cannot be listed: " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace mho
