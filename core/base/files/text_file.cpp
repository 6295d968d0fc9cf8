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

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

void write_and_sync(const Descriptor& to, std::span<const char> content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const ssize_t written = ::write(to.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", file, errno);
    content = content.subspan(static_cast<size_t>(written));
  }
  if (::fsync(to.number()) != 0) fail("cannot write", file, errno);
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
  const int opened = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (opened < 0) fail("cannot create", file, errno);
  try {
    write_and_sync(Descriptor(opened), content, file);
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
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (opened < 0) fail("cannot append to", file, errno);
  const Descriptor end(opened);
  const off_t before = ::lseek(end.number(), 0, SEEK_END);
  try {
    write_and_sync(end, line + "\n", file);
  } catch (...) {
    // A part of the line may be there; the next one must not follow it. Where nothing can be cut off
    // (/dev/full), nothing was appended.
    [[maybe_unused]] const int cut = ::ftruncate(end.number(), before);
    throw;
  }
}

}  // namespace mho
