// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture.hpp"
#include "core/nn/graph/parameters.hpp"
#include "fuzz/parser.hpp"
#include "tests/temporary_folder.hpp"

namespace mho::fuzz {

/// A file, named as messages have to name it, in a folder that lives as long as the last copy of this.
class InputFile {
 public:
  explicit InputFile(const std::string& ending = "") : path_(*folder_ / (file_name + ending)) {}
  const std::filesystem::path& path() const { return path_; }
  /// Without the durability of write_file_atomically, which takes longer than most parsers.
  const std::filesystem::path& write(const std::string& bytes) const;

 private:
  std::shared_ptr<TemporaryFolder> folder_ = std::make_shared<TemporaryFolder>();
  std::filesystem::path path_;
};

/// Replaces a file's content.
void overwrite(const std::filesystem::path& file, const std::string& bytes);

/// What `write(file)` wrote into a file.
template <class Write>
std::string written(Write&& write) {
  const InputFile file;
  write(file.path());
  return read_text_file(file.path());
}

/// A convolution, a batch norm, a depthwise convolution and a dense layer on 4x4x1 images.
Architecture small_network();
/// Recurrent layers.
Architecture small_sequence();
Parameters small_parameters();

}  // namespace mho::fuzz
