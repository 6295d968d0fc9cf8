// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/base/files/npy.hpp"
#include "core/data/prepared.hpp"
#include "fuzz/parsers/inputs.hpp"
#include "tests/data/raw_files.hpp"

namespace mho::fuzz {

namespace {

/// A prepared set whose one file is what is mutated; messages have to name the folder.
Parser prepared_part(const std::string& name, const std::string& part) {
  const auto root = std::make_shared<TemporaryFolder>();
  write_idx_folder(*root / "raw", 6, 6);
  const auto folder = prepare_data("idx", file_name, *root / "raw", root->path());
  return {name, {read_text_file(folder / part)}, [root, folder, part](const std::string& bytes) {
            overwrite(folder / part, bytes);
            read_prepared(folder);
          }};
}

}  // namespace

Parser prepared_description() { return prepared_part("prepared_description", "dataset.json"); }
Parser prepared_labels() { return prepared_part("prepared_labels", "train_labels.npy"); }
Parser prepared_images() { return prepared_part("prepared_images", "test_images.npy"); }

}  // namespace mho::fuzz
