// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <thread>

#include "core/base/error.hpp"

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

void make_parent(const std::filesystem::path& file) {
  const auto parent = file.parent_path();
  if (parent.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) throw RunError("cannot make folder " + parent.string() + ": " + error.message());
}

}  // namespace

std::string read_text_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw DataError(file.string() + ": cannot be opened: " + std::strerror(errno));
  std::error_code error;
  const auto expected =
      std::filesystem::file_size(file, error);          // 0 for pipes and the like: only a first guess
  std::string content(error ? 0 : expected + 1, '\0');  // + 1: room to see the end without growing
  size_t done = 0;
  for (;;) {
    if (done == content.size()) content.resize(done + 65536);
    const ssize_t count = ::read(descriptor, content.data() + done, content.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const std::string reason = std::strerror(errno);
      ::close(descriptor);
      throw DataError(file.string() + ": cannot be read: " + reason);
    }
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  ::close(descriptor);
  content.resize(done);
  return content;
}

void write_file_atomically(const std::filesystem::path& file, std::span<const char> content) {
  make_parent(file);
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
