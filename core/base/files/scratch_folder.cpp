// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/scratch_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"

namespace mho {

ScratchFolder::ScratchFolder(const std::filesystem::path& in) {
  const auto parent = in.empty() ? std::filesystem::path(".") : in;
  made_parent_ = make_folder(parent);
  auto pattern = (parent / ".mho-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw RunError("cannot make a folder in " + parent.string() + ": " + std::strerror(errno));
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  if (made_parent_) std::filesystem::remove(path_.parent_path(), ignored);  // only while it is empty
}

}  // namespace mho
