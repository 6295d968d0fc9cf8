// SPDX-License-Identifier: Apache-2.0
#include "core/data/raw_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr std::int64_t label_limit = 65535;

std::string describe(const NpyArray& images) {
  return fmt::format("{} of shape ({})", images.dtype, fmt::join(images.shape, ", "));
}

void check_split(const RawSet& set, const RawSamples& split, const std::string& name,
                 const std::string& where) {
  const auto& shape = split.images.shape;
  const auto& expected = set.train.images.shape;
  if (shape.size() != 4 || !std::equal(shape.begin() + 1, shape.end(), expected.begin() + 1) ||
      split.images.dtype != set.train.images.dtype)
    throw DataError(fmt::format("{}: {} images: expected samples like the training split's {}, found {}",
                                where, name, describe(set.train.images), describe(split.images)));
  if (shape[0] != split.count())
    throw DataError(fmt::format("{}: {}: expected a label for each of {} images, found {}", where, name,
                                shape[0], split.count()));
  for (std::int64_t i = 0; i < split.count(); ++i)
    if (const int label = split.labels[static_cast<size_t>(i)]; label < 0 || label >= set.classes)
      throw DataError(
          fmt::format("{}: {} label {}: expected 0 to {}, found {}", where, name, i, set.classes - 1, label));
}

}  // namespace

std::array<int, 3> sample_shape(const RawSet& set) {
  const auto& shape = set.train.images.shape;
  return {static_cast<int>(shape.at(1)), static_cast<int>(shape.at(2)), static_cast<int>(shape.at(3))};
}

NpyArray as_images(NpyArray images, const std::string& where) {
  auto& shape = images.shape;
  if (shape.size() == 2) shape = {shape[0], 1, 1, shape[1]};
  if (shape.size() == 3) shape.push_back(1);
  const bool possible =
      shape.size() == 4 && std::all_of(shape.begin() + 1, shape.end(), [](std::int64_t size) {
        return size >= 1 && size <= std::numeric_limits<int>::max();
      });
  if (!possible)
    throw DataError(fmt::format("{}: expected images N x H x W x C, N x H x W or N x F, found {}", where,
                                describe(images)));
  if (images.dtype == "|u1" || images.dtype == "|i1" || images.dtype == "<f4") return images;
  return NpyArray::from(images.as_float(), shape);
}

std::vector<int> as_labels(const NpyArray& labels, const std::string& where) {
  if (labels.shape.size() != 1)
    throw DataError(fmt::format("{}: expected a list of labels, found {}", where, describe(labels)));
  std::vector<int> values;
  values.reserve(static_cast<size_t>(labels.size()));
  for (const auto label : labels.as_int()) {
    if (label < 0 || label > label_limit)
      throw DataError(
          fmt::format("{}: label {}: expected 0 to {}, found {}", where, values.size(), label_limit, label));
    values.push_back(static_cast<int>(label));
  }
  return values;
}

void complete_raw_set(RawSet& set, const std::string& where) {
  if (set.train.count() == 0 || set.test.count() == 0)
    throw DataError(fmt::format("{}: expected training and test samples, found {} and {}", where,
                                set.train.count(), set.test.count()));
  if (set.classes == 0) set.classes = 1 + *std::max_element(set.train.labels.begin(), set.train.labels.end());
  if (set.classes < 2)
    throw DataError(fmt::format("{}: expected at least 2 classes, found {}", where, set.classes));
  check_split(set, set.train, "training", where);
  check_split(set, set.test, "test", where);
  if (set.validation.count() > 0 || !set.validation.images.bytes.empty())
    check_split(set, set.validation, "validation", where);
}

}  // namespace mho
