// SPDX-License-Identifier: Apache-2.0
#include "core/data/prepared.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/file_lock.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/sha256.hpp"
#include "core/data/sources/idx.hpp"
#include "tests/catch.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/file_size_limit.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

nlohmann::json description_of(const std::filesystem::path& folder) {
  return nlohmann::json::parse(read_text_file(folder / "dataset.json"));
}

/// A prepared set of IDX files, its dataset.json changed by `change`; the message that reading it gives.
template <class Change>
std::string error_after(Change change) {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6, 3);
  const auto set = prepare_data("idx", "kws", folder / "raw", folder / "data");
  auto description = description_of(set);
  change(description, set);
  write_file_atomically(set / "dataset.json", description.dump());
  try {
    verify_prepared(set);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A prepared set reads back as the raw one and describes itself") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6, 3);
  const auto prepared = prepare_data("idx", "kws", folder / "raw", folder / "data");
  CHECK(prepared == folder / "data" / "kws");
  CHECK(is_prepared(prepared));
  const auto raw = read_idx_folder(folder / "raw");
  const auto set = verify_prepared(prepared);
  CHECK(set.name == "kws");
  CHECK(set.kind == "idx");
  CHECK(set.classes == 3);
  CHECK(set.train.images.bytes == raw.train.images.bytes);
  CHECK(set.train.images.dtype == "|i1");
  CHECK(set.train.labels == raw.train.labels);
  CHECK(set.validation.labels == raw.validation.labels);
  CHECK(set.test.images.bytes == raw.test.images.bytes);
  const auto description = description_of(prepared);
  CHECK(description["format"] == "mho-data-1");
  CHECK(description["shape"] == nlohmann::json{2, 3, 1});
  CHECK(description["counts"]["validation"] == 3);
  CHECK(description["sha256"]["train_images.npy"] == sha256_of_file(prepared / "train_images.npy"));
  CHECK(description["sha256"].size() == 6);
}

TEST_CASE("Preparing again replaces the set, its validation split too") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "a", 9, 6, 3);
  write_idx_folder(folder / "b", 12, 3);
  prepare_data("idx", "kws", folder / "a", folder / "data");
  const auto set = verify_prepared(prepare_data("idx", "kws", folder / "b", folder / "data"));
  CHECK(set.train.count() == 12);
  CHECK(set.validation.count() == 0);
  CHECK(!std::filesystem::exists(folder / "data/kws/validation_images.npy"));
}

TEST_CASE("Preparing that ends anywhere leaves the set that was there, and nothing else") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "a", 9, 6, 3);
  write_idx_folder(folder / "b", 900, 6);
  prepare_data("idx", "kws", folder / "a", folder / "data");
  {
    const FileSizeLimit limit(3000);
    CHECK_THROWS_AS(prepare_data("idx", "kws", folder / "b", folder / "data"), RunError);
  }
  const std::atomic<bool> stop{true};
  CHECK_THROWS_WITH(prepare_data("idx", "kws", folder / "b", folder / "data", &stop),
                    ContainsSubstring("stopped") && ContainsSubstring("kws is as it was before"));
  std::filesystem::remove(folder / "b/test-mfcc-idx3-byte");
  CHECK_THROWS_AS(prepare_data("idx", "kws", folder / "b", folder / "data"), DataError);
  CHECK(verify_prepared(folder / "data/kws").train.count() == 9);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "data"), {}) == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "data/kws"), {}) == 7);
}

TEST_CASE("What a killed preparation left is cleared away by the next one, which does not wait for it") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6);
  write_file_atomically(folder / "data/.preparing/kws/fresh/train_images.npy", std::string("half"));
  write_file_atomically(folder / "data/.preparing/kws/old/dataset.json", std::string("{}"));
  write_file_atomically(folder / "data/.preparing/kws.lock", std::string());
  write_file_atomically(folder / "data/kws/train_images.npy.tmp12-34", std::string("half"));
  verify_prepared(prepare_data("idx", "kws", folder / "raw", folder / "data"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "data"), {}) == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "data/kws"), {}) == 5);
}

TEST_CASE("A set is prepared by one process at a time") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6);
  std::filesystem::create_directories(folder / "data/.preparing");
  const FileLock other(folder / "data/.preparing/kws.lock", FileLock::Kind::exclusive);
  CHECK_THROWS_WITH(prepare_data("idx", "kws", folder / "raw", folder / "data"),
                    ContainsSubstring("another `mho data prepare` is at work"));
}

TEST_CASE("A set that is prepared where its raw files lie leaves them, and what else is there") {
  const TemporaryFolder folder;
  const auto set = folder / "data/kws";
  write_idx_folder(set, 9, 6);
  write_file_atomically(set / "notes/mine.txt", std::string("mine"));
  std::filesystem::create_symlink("elsewhere", set / "link");
  for (int times = 0; times < 2; ++times) verify_prepared(prepare_data("idx", "kws", set, folder / "data"));
  CHECK(read_text_file(set / "notes/mine.txt") == "mine");
  CHECK(std::filesystem::is_symlink(set / "link"));
  CHECK(read_idx_folder(set).train.count() == 9);
}

TEST_CASE("Own arrays of any type and rank are prepared") {
  const TemporaryFolder folder;
  write_npy(folder / "raw/train_images.npy",
            NpyArray::from(std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}, {2, 3, 1}));
  write_npy(folder / "raw/train_labels.npy", NpyArray::from(std::vector<std::uint8_t>{0, 1}, {2}));
  write_npy(folder / "raw/test_images.npy", NpyArray::from(std::vector<float>{1, 2, 3}, {1, 3, 1, 1}));
  write_npy(folder / "raw/test_labels.npy", NpyArray::from(std::vector<std::int32_t>{1}, {1}));
  const auto set = verify_prepared(prepare_data("npy", "features", folder / "raw", folder / "data"));
  CHECK(sample_shape(set) == std::array<int, 3>{3, 1, 1});
  CHECK(set.train.images.as_float() == std::vector<float>{1, 2, 3, 4, 5, 6});
  std::filesystem::remove(folder / "raw/test_labels.npy");
  CHECK_THROWS_WITH(prepare_data("npy", "features", folder / "raw", folder / "data"),
                    ContainsSubstring("test_labels.npy: cannot be opened"));
}

TEST_CASE("Digits and CIFAR-10 are prepared with their class names") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "digits.csv.gz", digits_csv(50));
  const auto digits = verify_prepared(prepare_data("digits", "digits", folder.path(), folder / "data"));
  CHECK(digits.class_names.size() == 10);
  CHECK(digits.classes == 10);
  write_file_atomically(folder / "c/data_batch_1.bin", std::string(3073 * 10, '\1'));
  write_file_atomically(folder / "c/test_batch.bin", std::string(3073 * 2, '\2'));
  const auto cifar = verify_prepared(prepare_data("cifar10", "small", folder / "c", folder / "data"));
  CHECK(cifar.class_names.at(0) == "airplane");
  CHECK(sample_shape(cifar) == std::array<int, 3>{32, 32, 3});
}

TEST_CASE("Files that are not of the kind's shape are refused, and nothing is prepared") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6);
  CHECK_THROWS_AS(prepare_data("mnist", "mnist", folder / "raw", folder / "data"), DataError);
  CHECK_THROWS_WITH(prepare_data("mnist", "mnist", folder / "raw", folder / "data"),
                    ContainsSubstring("expected 28x28x1 samples of 10 classes for mnist, found 2x3x1 of 10"));
  CHECK(!is_prepared(folder / "data/mnist"));
}

TEST_CASE("A bad kind, name or missing folder is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(prepare_data("mnits", "x", folder.path(), folder / "data"), ConfigError);
  CHECK_THROWS_WITH(prepare_data("mnits", "x", folder.path(), folder / "data"),
                    ContainsSubstring("'mnist'?"));
  for (const char* name : {"", "../x", ".hidden", "a/b", "a b"})
    CHECK_THROWS_WITH(prepare_data("idx", name, folder.path(), folder / "data"),
                      ContainsSubstring("name of a data set"));
  CHECK_THROWS_AS(prepare_data("idx", "x", "", folder / "data"), ConfigError);
  CHECK_THROWS_WITH(prepare_data("npy", "x", "", folder / "data"),
                    ContainsSubstring("mho data prepare npy --from FOLDER"));
  CHECK_THROWS_AS(prepare_data("idx", "x", folder / "none", folder / "data"), DataError);
}

TEST_CASE("A folder that cannot be written is an error of the run") {
  const TemporaryFolder folder;
  write_idx_folder(folder / "raw", 9, 6);
  write_file_atomically(folder / "data", std::string("a file"));
  CHECK_THROWS_AS(prepare_data("idx", "x", folder / "raw", folder / "data"), RunError);
}

TEST_CASE("A set that was changed after preparing is refused") {
  using nlohmann::json;
  using std::filesystem::path;
  CHECK(error_after([](json&, const path&) {}) == "no error");
  CHECK_THAT(error_after([](json& d, const path&) { d["format"] = "mho-data-2"; }),
             ContainsSubstring("expected format mho-data-1, found \"mho-data-2\""));
  CHECK_THAT(error_after([](json& d, const path&) { d.erase("classes"); }), ContainsSubstring("classes"));
  CHECK_THAT(error_after([](json& d, const path&) { d["classes"] = 2; }),
             ContainsSubstring("expected 0 to 1, found 2"));
  CHECK_THAT(error_after([](json& d, const path&) { d["counts"]["test"] = 7; }),
             ContainsSubstring("test: expected 7 samples, found 6"));
  CHECK_THAT(error_after([](json& d, const path&) {
               d["shape"] = {3, 2, 1};
             }),
             ContainsSubstring("expected samples of shape (3, 2, 1), found (2, 3, 1)"));
  CHECK_THAT(error_after([](json& d, const path&) { d = json::array(); }), ContainsSubstring("dataset.json"));
  CHECK_THAT(error_after([](json&, const path& set) { std::filesystem::remove(set / "test_labels.npy"); }),
             ContainsSubstring("test_labels.npy: cannot be opened"));
  CHECK_THAT(error_after([](json&, const path& set) {
               auto bytes = read_text_file(set / "train_images.npy");
               bytes.back() ^= 1;
               write_file_atomically(set / "train_images.npy", bytes);
             }),
             ContainsSubstring("train_images.npy: expected SHA-256"));
  CHECK_THAT(error_after([](json&, const path& set) {
               auto bytes = read_text_file(set / "train_images.npy");
               bytes.pop_back();
               write_file_atomically(set / "train_images.npy", bytes);
             }),
             ContainsSubstring("found 53 bytes"));
}

TEST_CASE("A description that is not JSON is refused") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "dataset.json", std::string("{"));
  CHECK(is_prepared(folder.path()));
  CHECK_THROWS_AS(read_prepared(folder.path()), DataError);
  CHECK_THROWS_WITH(read_prepared(folder.path()), ContainsSubstring("dataset.json"));
}
