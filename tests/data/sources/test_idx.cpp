// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/idx.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string error_of(const std::string& bytes) {
  try {
    parse_idx(bytes, "x-idx3");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Unsigned and signed bytes are read with their shape") {
  const auto array = parse_idx(idx(8, {2, 1, 3}, "\1\2\3\4\5\xff"), "x");
  CHECK(array.dtype == "|u1");
  CHECK(array.shape == std::vector<std::int64_t>{2, 1, 3});
  CHECK(array.as_int() == std::vector<std::int64_t>{1, 2, 3, 4, 5, 255});
  CHECK(parse_idx(idx(9, {2}, "\1\xff"), "x").as_int() == std::vector<std::int64_t>{1, -1});
  CHECK(parse_idx(idx(8, {0, 28, 28}, ""), "x").size() == 0);
}

TEST_CASE("A damaged IDX file is refused with file, offset, expected and found") {
  CHECK_THAT(error_of("ab"), ContainsSubstring("x-idx3: byte 2: expected a 4-byte IDX header"));
  CHECK_THAT(error_of("\x1f\x8b\x08\x01----"),
             ContainsSubstring("byte 0: expected two zero bytes, found 1f 8b"));
  CHECK_THAT(error_of(idx(13, {1}, "abcd")),
             ContainsSubstring("byte 2: expected type 08 (unsigned byte) or 09"));
  CHECK_THAT(error_of(idx(8, {}, "")), ContainsSubstring("byte 3: expected 1 to 4 dimensions, found 0"));
  CHECK_THAT(error_of(idx(8, {1, 1, 1, 1, 1}, "a")), ContainsSubstring("found 5"));
  CHECK_THAT(error_of(idx(8, {2, 2}, "").substr(0, 9)),
             ContainsSubstring("byte 9: expected more of the header"));
  CHECK_THAT(error_of(idx(8, {2, 2}, "abc")),
             ContainsSubstring("byte 12: expected 4 bytes for shape (2, 2), found 3"));
  CHECK_THAT(error_of(idx(8, {2, 2}, "abcde")), ContainsSubstring("found 5 bytes"));
  const std::uint32_t huge = 0x80000000;
  CHECK_THAT(error_of(idx(8, {huge, huge, huge, huge}, "")), ContainsSubstring("found 0 bytes"));
}

TEST_CASE("A folder of IDX files becomes a set with the splits that are there") {
  const TemporaryFolder folder;
  write_idx_folder(folder.path(), 9, 6);
  auto set = read_idx_folder(folder.path());
  CHECK(set.classes == 3);
  CHECK(sample_shape(set) == std::array<int, 3>{2, 3, 1});
  CHECK(set.train.count() == 9);
  CHECK(set.test.count() == 6);
  CHECK(set.validation.count() == 0);
  write_idx_folder(folder.path(), 9, 6, 3);
  write_file_atomically(folder / "train-files.csv", std::string("ignored"));
  CHECK(read_idx_folder(folder.path()).validation.count() == 3);
}

TEST_CASE("Images of four dimensions keep their channels, and t10k stands for test") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "train-images-idx4-ubyte", idx(8, {2, 2, 1, 3}, pattern(12)));
  write_file_atomically(folder / "train-labels-idx1-ubyte", idx(8, {2}, cycling_labels(2, 2)));
  write_file_atomically(folder / "t10k-images-idx4-ubyte", idx(8, {1, 2, 1, 3}, pattern(6)));
  write_file_atomically(folder / "t10k-labels-idx1-ubyte", idx(8, {1}, std::string(1, '\1')));
  CHECK(sample_shape(read_idx_folder(folder.path())) == std::array<int, 3>{2, 1, 3});
}

TEST_CASE("A folder whose IDX files do not fit each other is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_idx_folder(folder / "none"), DataError);
  CHECK_THROWS_WITH(read_idx_folder(folder / "none"), ContainsSubstring("expected a folder of IDX files"));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()),
                    ContainsSubstring("expected a file train*idx3*, found none"));
  write_idx_folder(folder.path(), 9, 6);
  write_file_atomically(folder / "test-labels-idx1-ubyte", idx(8, {5}, cycling_labels(5, 3)));
  CHECK_THROWS_WITH(
      read_idx_folder(folder.path()),
      ContainsSubstring("/test-labels-idx1-ubyte: test: expected a label for each of 6 images of ") &&
          ContainsSubstring("/test-mfcc-idx3-byte, found 5"));
  write_file_atomically(folder / "test-labels-idx1-ubyte", idx(8, {6}, std::string("\0\1\2\3\0\0", 6)));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()),
                    ContainsSubstring("/test-labels-idx1-ubyte: test label 3: expected 0 to 2, found 3"));
  write_file_atomically(folder / "test-labels-idx1-ubyte", idx(9, {6}, std::string("\0\1\2\xff\0\0", 6)));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()),
                    ContainsSubstring("label 3: expected 0 to 65535, found -1"));
  write_idx_folder(folder.path(), 9, 6);
  write_file_atomically(folder / "test-mfcc-idx3-byte", idx(9, {6, 3, 2}, pattern(36)));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()),
                    ContainsSubstring("expected samples like the training split's"));
  write_idx_folder(folder.path(), 9, 6);
  write_file_atomically(folder / "train-more-idx3-byte", std::string("x"));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()), ContainsSubstring("expected one file"));
  std::filesystem::remove(folder / "train-more-idx3-byte");
  write_file_atomically(folder / "validation-labels-idx1-ubyte", idx(8, {1}, "\1"));
  CHECK_THROWS_WITH(read_idx_folder(folder.path()), ContainsSubstring("expected a file validation*idx3*"));
}

TEST_CASE("MNIST has the counts of its description") {
  const auto folder = real_data("mnist");
  if (!folder) return;
  const auto set = read_idx_folder(*folder);
  CHECK(class_counts(set.train.labels, 10) ==
        std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(class_counts(set.test.labels, 10) ==
        std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(sample_shape(set) == std::array<int, 3>{28, 28, 1});
}

TEST_CASE("The three speech commands have the counts of their description") {
  const auto folder = real_data("speech-commands-3");
  if (!folder) return;
  const auto set = read_idx_folder(*folder);
  CHECK(set.classes == 3);
  CHECK(sample_shape(set) == std::array<int, 3>{49, 10, 1});
  CHECK(set.train.images.dtype == "|i1");
  CHECK(class_counts(set.train.labels, 3) == std::vector<int>{1337, 1394, 1369});
  CHECK(class_counts(set.validation.labels, 3) == std::vector<int>{197, 168, 189});
  CHECK(class_counts(set.test.labels, 3) == std::vector<int>{175, 166, 179});
}
