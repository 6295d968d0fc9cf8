// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/raw_set.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

RawSet small_set() {
  RawSet set;
  set.train = {NpyArray::from(std::vector<std::uint8_t>(3 * 4), {3, 2, 2, 1}), {0, 1, 2}};
  set.test = {NpyArray::from(std::vector<std::uint8_t>(2 * 4), {2, 2, 2, 1}), {0, 1}};
  return set;
}

std::string error_of(RawSet set) {
  try {
    complete_raw_set(set, "here");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Images of three dimensions get their one channel") {
  const std::vector<float> values(12);
  CHECK(as_images(NpyArray::from(values, {3, 2, 2}), "x").shape == std::vector<std::int64_t>{3, 2, 2, 1});
  CHECK(as_images(NpyArray::from(values, {1, 2, 2, 3}), "x").shape == std::vector<std::int64_t>{1, 2, 2, 3});
  CHECK_THROWS_AS(as_images(NpyArray::from(values, {12}), "x"), DataError);
  CHECK_THROWS_WITH(as_images(NpyArray::from(std::vector<float>{}, {3, 0, 2}), "x"),
                    ContainsSubstring("x: expected images N x H x W x C"));
}

TEST_CASE("N x F is refused with the two shapes that it may mean") {
  const auto flat = NpyArray::from(std::vector<float>(12), {3, 4});
  CHECK_THROWS_AS(as_images(flat, "x"), DataError);
  CHECK_THROWS_WITH(
      as_images(flat, "x"),
      "x: expected images N x H x W x C or N x H x W, found <f4 of shape (3, 4): is it a sequence "
      "of 4 steps? Save it as x.reshape(3, 4, 1, 1). 4 features without an order? x.reshape(3, 1, "
      "1, 4)");
}

TEST_CASE("Image types other than bytes and float32 become float32") {
  CHECK(as_images(NpyArray::from(std::vector<std::int32_t>{1, 2}, {1, 2, 1}), "x").dtype == "<f4");
  CHECK(as_images(NpyArray::from(std::vector<std::uint8_t>{1, 2}, {1, 2, 1}), "x").dtype == "|u1");
}

TEST_CASE("Labels must be a list of small whole numbers") {
  CHECK(as_labels(NpyArray::from(std::vector<std::int32_t>{3, 0}, {2}), "x") == std::vector<int>{3, 0});
  CHECK_THROWS_WITH(as_labels(NpyArray::from(std::vector<std::int32_t>{3, -1}, {2}), "x"),
                    ContainsSubstring("x: label 1: expected 0 to 65535, found -1"));
  CHECK_THROWS_WITH(as_labels(NpyArray::from(std::vector<std::int32_t>{70000}, {1}), "x"),
                    ContainsSubstring("70000"));
  CHECK_THROWS_AS(as_labels(NpyArray::from(std::vector<std::int32_t>{1}, {1, 1}), "x"), DataError);
  CHECK_THROWS_WITH(as_labels(NpyArray::from(std::vector<float>{1}, {1}), "x"),
                    "x: expected whole numbers, found type '<f4'");
}

TEST_CASE("A set that fits together is completed with its number of classes") {
  auto set = small_set();
  complete_raw_set(set, "here");
  CHECK(set.classes == 3);
  CHECK(sample_shape(set) == std::array<int, 3>{2, 2, 1});
}

TEST_CASE("A set that does not fit together is refused") {
  auto set = small_set();
  set.test.labels.pop_back();
  CHECK_THAT(error_of(set), ContainsSubstring("here: test: expected a label for each of 2 images, found 1"));
  set = small_set();
  set.classes = 2;
  CHECK_THAT(error_of(set), ContainsSubstring("training label 2: expected 0 to 1, found 2"));
  set = small_set();
  set.test.images = NpyArray::from(std::vector<float>(2 * 4), {2, 2, 2, 1});
  CHECK_THAT(error_of(set), ContainsSubstring("expected samples like the training split's |u1"));
  set = small_set();
  set.train.labels = {0, 0, 0};
  CHECK_THAT(error_of(set), ContainsSubstring("at least 2 classes, found 1"));
  set = small_set();
  set.validation = set.test;
  set.validation.labels = {0, 5};
  CHECK_THAT(error_of(set), ContainsSubstring("validation label 1: expected 0 to 2, found 5"));
}

TEST_CASE("Splits that do not fit are told with their files where there are some") {
  auto set = small_set();
  for (auto* split : {&set.train, &set.test}) {
    split->images_from = split == &set.train ? "a.npy" : "c.npy";
    split->labels_from = split == &set.train ? "b.npy" : "d.npy";
  }
  auto fewer = set;
  fewer.test.labels.pop_back();
  CHECK(error_of(fewer) == "d.npy: test: expected a label for each of 2 images of c.npy, found 1");
  auto other = set;
  other.test.images = NpyArray::from(std::vector<std::uint8_t>(2 * 4), {2, 4, 1, 1});
  CHECK_THAT(error_of(other),
             ContainsSubstring("c.npy: test images: expected samples like the training split's"));
  set.classes = 2;
  CHECK(error_of(set) == "b.npy: training label 2: expected 0 to 1, found 2");
}
