// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/cifar.hpp"

#include <cstdlib>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

/// `count` records of labels 0, 1, ...; the byte at pixel p of plane c is 100 c + p % 100.
std::string batch(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>(i % 10);
    for (int c = 0; c < 3; ++c)
      for (int p = 0; p < 1024; ++p) bytes += static_cast<char>(100 * c + p % 100);
  }
  return bytes;
}

}  // namespace

TEST_CASE("Colour planes become the last dimension") {
  RawSamples samples;
  append_cifar10_batch(batch(3), "b", samples);
  append_cifar10_batch(batch(2), "b", samples);
  CHECK(samples.images.shape == std::vector<std::int64_t>{5, 32, 32, 3});
  CHECK(samples.labels == std::vector<int>{0, 1, 2, 0, 1});
  REQUIRE(samples.images.bytes.size() == 5 * 3072);
  for (const int pixel : {0, 1, 33, 1023})
    for (int c = 0; c < 3; ++c)
      CHECK(static_cast<unsigned char>(samples.images.bytes[static_cast<size_t>(4 * 3072 + pixel * 3 + c)]) ==
            100 * c + pixel % 100);
}

TEST_CASE("A batch with a wrong size or label is refused") {
  RawSamples samples;
  CHECK_THROWS_AS(append_cifar10_batch("", "b.bin", samples), DataError);
  CHECK_THROWS_WITH(append_cifar10_batch(batch(2) + "x", "b.bin", samples),
                    ContainsSubstring("b.bin: byte 6146: expected records of 3073 bytes, found 6147"));
  auto bad = batch(2);
  bad[3073] = 10;
  CHECK_THROWS_WITH(append_cifar10_batch(bad, "b.bin", samples),
                    ContainsSubstring("byte 3073: expected a label of 0 to 9, found 10"));
}

TEST_CASE("A folder may hold any number of training batches") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "data_batch_1.bin", batch(10));
  write_file_atomically(folder / "data_batch_2.bin", batch(20));
  CHECK_THROWS_WITH(read_cifar10(folder.path()), ContainsSubstring("no test batch"));
  write_file_atomically(folder / "test_batch.bin", batch(5));
  const auto set = read_cifar10(folder.path());
  CHECK(set.train.count() == 30);
  CHECK(set.test.count() == 5);
  CHECK(set.classes == 10);
  CHECK(set.class_names.at(9) == "truck");
  write_file_atomically(folder / "data_batch_2.bin.gz", batch(20));
  CHECK_THROWS_WITH(read_cifar10(folder.path()), ContainsSubstring("expected each batch once"));
  std::filesystem::remove(folder / "data_batch_2.bin.gz");
  std::filesystem::remove(folder / "data_batch_1.bin");
  std::filesystem::remove(folder / "data_batch_2.bin");
  CHECK_THROWS_WITH(read_cifar10(folder.path()), ContainsSubstring("no training batch"));
}

TEST_CASE("The archive is read without being unpacked") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "cifar-10-batches-bin/data_batch_1.bin", batch(10));
  write_file_atomically(folder / "cifar-10-batches-bin/test_batch.bin", batch(5));
  write_file_atomically(folder / "cifar-10-batches-bin/readme.html", std::string("x"));
  const auto command = "tar -C '" + folder.path().string() + "' -czf '" + (folder / "c.tar.gz").string() +
                       "' cifar-10-batches-bin";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_cifar10(folder / "c.tar.gz").train.count() == 10);
  CHECK_THROWS_AS(read_cifar10(folder / "none.tar.gz"), DataError);
}

TEST_CASE("The real CIFAR-10 subset is balanced") {
  const auto folder = real_data("cifar10");
  if (!folder) return;
  const auto set = read_cifar10(*folder);
  CHECK(class_counts(set.train.labels, 10) == std::vector<int>(10, 2000));
  CHECK(class_counts(set.test.labels, 10) == std::vector<int>(10, 500));
}
