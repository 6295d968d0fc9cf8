// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <new>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"

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

}  // namespace

std::string read_text_file(const std::filesystem::path& file, std::uint64_t limit) {
  RegularFile source(file, limit);
  try {
    std::string content(source.size() + 1, '\0');  // + 1: room to see the end without growing
    size_t done = 0;
    while (const size_t count = source.read(std::span(content).subspan(done))) {
      done += count;
      if (done == content.size()) content.resize(done + 65536);
    }
    content.resize(done);
    return content;
  } catch (const std::bad_alloc&) {
    throw RunError(file.string() + ": not enough memory to read " + byte_size(source.size()));
  }
}

void write_file_atomically(const std::filesystem::path& file, std::span<const char> content) {
  if (file.has_parent_path()) make_folder(file.parent_path());
  const auto thread = std::hash<std::thread::id>{}(std::this_thread::get_id());
  const std::filesystem::path temporary =
      file.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(thread);
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
