// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/base/error.hpp"

namespace mho {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file, int error) {
  throw RunError(what + " " + file.string() + ": " + std::strerror(error));
}

void write_all(int descriptor, std::span<const char> content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      ::close(descriptor);
      fail("cannot write", file, error);
    }
    content = content.subspan(static_cast<size_t>(written));
  }
}

void sync_and_close(int descriptor, const std::filesystem::path& file) {
  const bool synced = ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  if (!synced) fail("cannot write", file, error);
}

void make_parent(const std::filesystem::path& file) {
  const auto parent = file.parent_path();
  if (parent.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) throw RunError("cannot make folder " + parent.string() + ": " + error.message());
}

}  // namespace

std::string read_text_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) throw DataError(file.string() + ": expected a file, found a folder");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw DataError(file.string() + ": cannot be opened: " + std::strerror(errno));
  std::ostringstream content;
  content << stream.rdbuf();
  if (stream.bad()) throw DataError(file.string() + ": cannot be read");
  return content.str();
}

void write_file_atomically(const std::filesystem::path& file, std::span<const char> content) {
  make_parent(file);
  const std::filesystem::path temporary = file.string() + ".tmp" + std::to_string(::getpid());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) fail("cannot create", file, errno);
  try {
    write_all(descriptor, content, file);
    sync_and_close(descriptor, file);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail("cannot create", file, error);
  }
}

void append_line_durably(const std::filesystem::path& file, const std::string& line) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) fail("cannot append to", file, errno);
  const std::string content = line + "\n";
  write_all(descriptor, content, file);
  sync_and_close(descriptor, file);
}

}  // namespace mho
