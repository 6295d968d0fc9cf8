// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/error.hpp"

namespace mho {
namespace {

int opened(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw RunError("cannot create " + file.string() + ": " + std::strerror(errno));
  return descriptor;
}

}  // namespace

// flock, not fcntl's locks: those would not hold off another search of this process.
FileLock::FileLock(const std::filesystem::path& file, Kind kind)
    : descriptor_(opened(file)),
      held_(::flock(descriptor_, (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 ||
            errno != EWOULDBLOCK) {}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), held_(other.held_) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace mho
