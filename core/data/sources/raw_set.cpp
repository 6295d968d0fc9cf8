// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/raw_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr std::int64_t label_limit = 65535;

std::vector<int> as_classes(const NpyArray& array, const std::string& where) {
  std::vector<int> values;
  values.reserve(static_cast<size_t>(array.size()));
  for (const auto label : array.as_int(where)) {
    if (label < 0 || label > label_limit)
      throw DataError(
          fmt::format("{}: label {}: expected 0 to {}, found {}", where, values.size(), label_limit, label));
    values.push_back(static_cast<int>(label));
  }
  return values;
}

std::string describe(const NpyArray& images) {
  return fmt::format("{} of shape ({})", images.dtype, fmt::join(images.shape, ", "));
}

/// A split and how messages call its parts.
struct Split {
  const RawSamples& samples;
  std::string name, images, labels;

  Split(const RawSamples& these, const char* called, const std::string& where)
      : samples(these),
        name(called),
        images(these.images_from.empty() ? where : these.images_from),
        labels(these.labels_from.empty() ? where : these.labels_from) {}
};

void check_split(const RawSet& set, const Split& split) {
  const auto& [samples, name, images, labels] = split;
  const auto& shape = samples.images.shape;
  const auto& expected = set.train.images.shape;
  if (shape.size() != 4 || !std::equal(shape.begin() + 1, shape.end(), expected.begin() + 1) ||
      samples.images.dtype != set.train.images.dtype)
    throw DataError(fmt::format("{}: {} images: expected samples like the training split's {}, found {}",
                                images, name, describe(set.train.images), describe(samples.images)));
  if (shape[0] != samples.count())
    throw DataError(fmt::format("{}: {}: expected a label for each of {} images{}, found {}", labels, name,
                                shape[0], images == labels ? "" : " of " + images, samples.count()));
  if (std::ssize(samples.values) != samples.count() * set.values)
    throw DataError(fmt::format("{}: {}: expected {} values for each of {} samples, found {}", labels, name,
                                set.values, samples.count(), samples.values.size()));
  if (std::ssize(samples.targets) != samples.count() * set.steps)
    throw DataError(fmt::format("{}: {}: expected {} classes for each of {} samples, found {}", labels, name,
                                set.steps, samples.count(), samples.targets.size()));
  const auto& classes = set.steps > 0 ? samples.targets : samples.labels;
  for (size_t i = 0; i < classes.size(); ++i)
    if (classes[i] < 0 || classes[i] >= set.classes)
      throw DataError(fmt::format("{}: {} label {}: expected 0 to {}, found {}", labels, name, i,
                                  set.classes - 1, classes[i]));
}

[[noreturn]] void fail_shape(const NpyArray& images, const std::string& where) {
  const auto& shape = images.shape;
  const auto expected = fmt::format("{}: expected images N x H x W x C or N x H x W", where);
  if (shape.size() != 2)
    throw DataError(
        fmt::format("{} (a sequence: N x steps x 1 x channels), found {}", expected, describe(images)));
  const auto [count, size] = std::pair(shape[0], shape[1]);
  throw DataError(fmt::format(
      "{0}, found {1}: is it a sequence of {3} steps? Save it as x.reshape({2}, {3}, 1, 1). {3} features "
      "without an order? x.reshape({2}, 1, 1, {3})",
      expected, describe(images), count, size));
}

}  // namespace

std::array<int, 3> sample_shape(const RawSet& set) {
  const auto& shape = set.train.images.shape;
  return {static_cast<int>(shape.at(1)), static_cast<int>(shape.at(2)), static_cast<int>(shape.at(3))};
}

NpyArray as_images(NpyArray images, const std::string& where) {
  auto& shape = images.shape;
  if (shape.size() == 3) shape.push_back(1);
  const bool possible =
      shape.size() == 4 && std::all_of(shape.begin() + 1, shape.end(), [](std::int64_t size) {
        return size >= 1 && size <= std::numeric_limits<int>::max();
      });
  if (!possible) fail_shape(images, where);
  if (images.dtype == "|u1" || images.dtype == "|i1" || images.dtype == "<f4") return images;
  return NpyArray::from(images.as_float(), shape);
}

std::vector<int> as_labels(const NpyArray& labels, const std::string& where) {
  if (labels.shape.size() != 1)
    throw DataError(fmt::format("{}: expected a list of labels, found {}", where, describe(labels)));
  return as_classes(labels, where);
}

std::vector<int> as_targets(const NpyArray& targets, const std::string& where) {
  if (targets.shape.size() != 2 || targets.shape[1] < 1)
    throw DataError(fmt::format("{}: expected N x steps classes, found {}", where, describe(targets)));
  return as_classes(targets, where);
}

std::vector<float> as_values(const NpyArray& values, const std::string& where) {
  if (values.shape.size() != 1 && values.shape.size() != 2)
    throw DataError(
        fmt::format("{}: expected N or N x values wanted numbers, found {}", where, describe(values)));
  auto numbers = values.as_float();
  for (size_t i = 0; i < numbers.size(); ++i)
    if (!std::isfinite(numbers[i]))
      throw DataError(fmt::format("{}: value {}: expected a number, found {}", where, i, numbers[i]));
  return numbers;
}

void complete_raw_set(RawSet& set, const std::string& where) {
  if (set.train.count() == 0 || set.test.count() == 0)
    throw DataError(fmt::format("{}: expected training and test samples, found {} and {}", where,
                                set.train.count(), set.test.count()));
  set.values = static_cast<int>(std::ssize(set.train.values) / set.train.count());
  set.steps = static_cast<int>(std::ssize(set.train.targets) / set.train.count());
  if (set.steps > 0 && set.steps != set.train.images.shape.at(1))
    throw DataError(fmt::format("{}: expected a class for each of a sample's {} steps, found {}",
                                set.train.labels_from.empty() ? where : set.train.labels_from,
                                set.train.images.shape.at(1), set.steps));
  const auto& classes = set.steps > 0 ? set.train.targets : set.train.labels;
  if (set.classes == 0) set.classes = 1 + *std::max_element(classes.begin(), classes.end());
  if (set.classes < 2 && set.values == 0)
    throw DataError(fmt::format("{}: expected at least 2 classes, found {}", where, set.classes));
  check_split(set, {set.train, "training", where});
  check_split(set, {set.test, "test", where});
  if (set.validation.count() > 0 || !set.validation.images.bytes.empty())
    check_split(set, {set.validation, "validation", where});
}

}  // namespace mho
