// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/download.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/sha256.hpp"

extern char** environ;

namespace mho {
namespace {

std::optional<std::string> find_program(const std::string& name) {
  std::string_view list = std::getenv("PATH") ? std::getenv("PATH") : "";
  while (!list.empty()) {
    const auto folder = list.substr(0, list.find(':'));
    const auto file = std::filesystem::path(folder) / name;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file.string();
    list.remove_prefix(std::min(folder.size() + 1, list.size()));
  }
  return std::nullopt;
}

/// The command line that fetches `url` into `file`.
std::vector<std::string> fetch_command(const std::string& url, const std::string& file) {
  if (const auto curl = find_program("curl"))
    return {*curl,      "--fail", "--location", "--silent", "--show-error", "--retry", "2",
            "--output", file,     "--",         url};
  if (const auto wget = find_program("wget"))
    return {*wget, "--no-verbose", "--tries=3", "--output-document=" + file, "--", url};
  throw RunError(fmt::format("cannot download {}: expected curl or wget on PATH, found neither", url));
}

/// Runs a program without a shell, its output going to `log`; returns its wait status.
int run_program(std::vector<std::string> command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw RunError(fmt::format("cannot start {}: {}", command[0], std::strerror(error)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      throw RunError(fmt::format("cannot wait for {}: {}", command[0], std::strerror(errno)));
  return status;
}

/// What the program said, and away with the file.
std::string take_log(const std::filesystem::path& log) {
  std::error_code ignored;
  std::string text = std::filesystem::exists(log, ignored) ? read_text_file(log) : "";
  std::filesystem::remove(log, ignored);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::filesystem::path download(const RemoteFile& remote, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw RunError(fmt::format("cannot make folder {}: {}", folder.string(), error.message()));
  const auto file = folder / remote.url.substr(remote.url.rfind('/') + 1);
  const auto partial = file.string() + ".part", log = file.string() + ".log";
  const int status = run_program(fetch_command(remote.url, partial), log);
  const auto said = take_log(log);
  if (status != 0) {
    std::filesystem::remove(partial, error);
    throw RunError(
        fmt::format("cannot download {}: {}", remote.url, said.empty() ? "the transfer was ended" : said));
  }
  const auto found = sha256_of_file(partial);
  if (found != remote.sha256) {
    std::filesystem::remove(partial, error);
    throw DataError(fmt::format("{}: expected SHA-256 {}, found {}", remote.url, remote.sha256, found));
  }
  std::filesystem::rename(partial, file);
  return file;
}

}  // namespace mho
