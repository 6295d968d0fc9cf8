// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/regular_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace mho {
namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

std::string byte_size(std::uint64_t bytes) {
  if (bytes >= std::uint64_t{1} << 20) return fmt::format("{} MiB", bytes >> 20);
  return bytes >= 1024 ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} bytes", bytes);
}

RegularFile::RegularFile(std::filesystem::path file, std::uint64_t limit)
    : file_(std::move(file)),
      limit_(limit),
      // Without O_NONBLOCK, opening a pipe waits for a writer before its kind can be seen.
      descriptor_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  if (descriptor_ < 0) throw DataError(file_.string() + ": cannot be opened: " + std::strerror(errno));
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
      throw DataError(file_.string() + ": cannot be read: " + std::strerror(errno));
    if (!S_ISREG(status.st_mode))
      throw DataError(
          fmt::format("{}: expected a regular file, found {}", file_.string(), kind_of(status.st_mode)));
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ > limit_) refuse_size(size_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RegularFile::~RegularFile() { ::close(descriptor_); }

void RegularFile::refuse_size(std::uint64_t found) const {
  throw DataError(fmt::format("{}: too large to read: expected at most {}, found {}", file_.string(),
                              byte_size(limit_), byte_size(found)));
}

size_t RegularFile::read(std::span<char> to) {
  for (;;) {
    const ssize_t count = ::read(descriptor_, to.data(), to.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw DataError(file_.string() + ": cannot be read: " + std::strerror(errno));
    done_ += static_cast<std::uint64_t>(count);
    if (done_ > limit_) refuse_size(done_);
    return static_cast<size_t>(count);
  }
}

}  // namespace mho
