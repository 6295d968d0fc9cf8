// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/raw_sources.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("The kind of a folder is its name's or told by its files") {
  const TemporaryFolder folder;
  CHECK(kind_of_folder("x", folder / "none").empty());
  CHECK(kind_of_folder("x", folder.path()).empty());
  CHECK(kind_of_folder("mnist", folder.path()) == "mnist");
  write_idx_folder(folder / "idx", 3, 3);
  CHECK(kind_of_folder("x", folder / "idx") == "idx");
  write_file_atomically(folder / "cifar/data_batch_1.bin.xz", std::string("x"));
  CHECK(kind_of_folder("x", folder / "cifar") == "cifar10");
  write_file_atomically(folder / "npy/train_images.npy", std::string("x"));
  CHECK(kind_of_folder("x", folder / "npy") == "npy");
}

TEST_CASE("A raw set carries its kind, its origin and the kind's class names") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "d.csv", digits_csv(50));
  const auto set = read_raw_set("digits", folder / "d.csv");
  CHECK(set.kind == "digits");
  CHECK(set.origin == (folder / "d.csv").string());
  CHECK(set.class_names.at(7) == "7");
  CHECK_THROWS_AS(read_raw_set("digit", folder / "d.csv"), ConfigError);
  CHECK_THROWS_AS(read_raw_set("digits", folder / "none.csv"), DataError);
}

TEST_CASE("A folder of arrays may have a validation split") {
  const TemporaryFolder folder;
  for (const char* split : {"train", "validation", "test"}) {
    const std::string name = split;
    write_npy(folder / (name + "_images.npy"), NpyArray::from(std::vector<float>{1, 2, 3, 4}, {2, 2, 1}));
    write_npy(folder / (name + "_labels.npy"), NpyArray::from(std::vector<std::uint8_t>{0, 1}, {2}));
  }
  CHECK(read_npy_folder(folder.path()).validation.count() == 2);
  write_npy(folder / "test_labels.npy", NpyArray::from(std::vector<std::uint8_t>{0}, {1}));
  CHECK_THROWS_WITH(read_npy_folder(folder.path()), ContainsSubstring((folder / "test_labels.npy").string() +
                                                                      ": test: expected a label for"));
  std::filesystem::remove(folder / "validation_labels.npy");
  CHECK_THROWS_WITH(read_npy_folder(folder.path()), ContainsSubstring("validation_labels.npy"));
}

TEST_CASE("Arrays of series and of features get the dimensions that their layout leaves out") {
  const TemporaryFolder folder;
  for (const std::string split : {"train", "test"}) {
    write_npy(folder / (split + "_images.npy"),
              NpyArray::from(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2}));
    write_npy(folder / (split + "_labels.npy"), NpyArray::from(std::vector<std::uint8_t>{0, 1}, {2}));
  }
  const auto shape = [&](ArrayLayout layout) {
    return sample_shape(read_npy_folder(folder.path(), 0, ArrayConfig{layout}));
  };
  CHECK(shape(ArrayLayout::images) == std::array<int, 3>{2, 2, 1});
  CHECK(shape(ArrayLayout::series) == std::array<int, 3>{2, 1, 2});
  CHECK_THROWS_WITH(shape(ArrayLayout::features),
                    ContainsSubstring("train_images.npy: expected features N x F "
                                      "(arrays.layout), found 3 dimensions"));
  for (const std::string split : {"train", "test"})
    write_npy(folder / (split + "_images.npy"), NpyArray::from(std::vector<float>{1, 2, 3, 4}, {2, 2}));
  CHECK(shape(ArrayLayout::series) == std::array<int, 3>{2, 1, 1});
  CHECK(shape(ArrayLayout::features) == std::array<int, 3>{1, 1, 2});
}
