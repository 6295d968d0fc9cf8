// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/pictures.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/data/picture_files.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE(
    "A folder of pictures becomes a set of one size, in colour or grey; one that is no picture is refused") {
  const TemporaryFolder folder;
  for (const std::string split : {"train", "test"})
    for (int i = 0; i < 3; ++i) {
      const auto name = std::to_string(i);
      write_file_atomically(folder / (split + "/person/" + name + ".png"),
                            png(plain(20, 30, 255, 0, 0), 20, 30));
      write_file_atomically(folder / (split + "/none/" + name + ".jpg"),
                            jpeg(plain(16, 16, 0, 0, 255), 16, 16));
    }
  const auto read = [&](const std::vector<std::string>& keys) {
    return read_pictures(folder.path(), read_recipe("images", "", keys), [] {});
  };
  const auto set = read({"images.height=8", "images.width=8"});
  CHECK(sample_shape(set) == std::array<int, 3>{8, 8, 3});
  CHECK(set.class_names == std::vector<std::string>{"none", "person"});
  CHECK(set.train.labels == std::vector<int>{0, 0, 0, 1, 1, 1});
  CHECK(set.train.images.as_int().back() == 0);
  const auto greys = read({"images.height=8", "images.width=4", "images.colour=grey"});
  CHECK(sample_shape(greys) == std::array<int, 3>{8, 4, 1});
  CHECK(greys.test.images.as_int().back() == 76);
  write_file_atomically(folder / "train/none/9.png", std::string("no picture"));
  CHECK_THROWS_WITH(read({}), ContainsSubstring("train/none/9.png: byte 0: expected 89 50 4e 47 (PNG)"));
}
