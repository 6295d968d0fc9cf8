// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/raw_sources.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/data/sources/cifar.hpp"
#include "core/data/sources/digits.hpp"
#include "core/data/sources/idx.hpp"
#include "core/data/sources/known_data_sets.hpp"
#include "core/data/sources/pictures.hpp"
#include "core/data/sources/series.hpp"
#include "core/data/sources/text.hpp"

namespace mho {
namespace {

/// The array with the dimensions that its layout leaves out: series and features have height or width 1.
NpyArray laid_out(NpyArray array, ArrayLayout layout, const std::string& where) {
  auto& shape = array.shape;
  const auto refuse = [&](const char* expected) {
    throw DataError(
        fmt::format("{}: expected {} (arrays.layout), found {} dimensions", where, expected, shape.size()));
  };
  if (layout == ArrayLayout::series) {
    if (shape.size() == 2) shape.push_back(1);
    if (shape.size() != 3) refuse("series N x steps or N x steps x channels");
    shape.insert(shape.begin() + 2, 1);
  }
  if (layout == ArrayLayout::features) {
    if (shape.size() != 2) refuse("features N x F");
    shape.insert(shape.begin() + 1, 2, 1);
  }
  return array;
}

RawSamples read_npy_split(const std::filesystem::path& folder, const std::string& split,
                          const ArrayConfig& arrays) {
  const auto images = folder / (split + "_images.npy"), labels = folder / (split + "_labels.npy");
  auto shaped = as_images(laid_out(read_npy(images), arrays.layout, images.string()), images.string());
  if (const auto values = folder / (split + "_values.npy"); is_there(values)) {
    const auto wanted = read_npy(values);
    const auto count = wanted.shape.empty() ? 0 : static_cast<size_t>(wanted.shape.front());
    return {std::move(shaped), std::vector<int>(count), images.string(), values.string(),
            as_values(wanted, values.string())};
  }
  if (const auto targets = folder / (split + "_targets.npy"); is_there(targets)) {
    const auto wanted = read_npy(targets);
    const auto count = wanted.shape.empty() ? 0 : static_cast<size_t>(wanted.shape.front());
    return {std::move(shaped),
            std::vector<int>(count),
            images.string(),
            targets.string(),
            {},
            as_targets(wanted, targets.string())};
  }
  return {std::move(shaped), as_labels(read_npy(labels), labels.string()), images.string(), labels.string()};
}

/// The archive of CIFAR-10 when `from` is a folder that holds it, else `from`.
std::filesystem::path cifar10_source(const std::filesystem::path& from) {
  const auto archive = from / "cifar-10-binary.tar.gz";
  return is_file(archive) ? archive : from;
}

}  // namespace

RawSet read_npy_folder(const std::filesystem::path& folder, int classes, const ArrayConfig& arrays) {
  RawSet set;
  set.kind = "npy";
  set.classes = classes;
  set.train = read_npy_split(folder, "train", arrays);
  if (is_there(folder / "validation_images.npy"))
    set.validation = read_npy_split(folder, "validation", arrays);
  set.test = read_npy_split(folder, "test", arrays);
  complete_raw_set(set, folder.string());
  return set;
}

RawSet read_raw_set(const std::string& kind, const std::filesystem::path& from, const Recipe& recipe,
                    const CheckGoingOn& check_going_on) {
  const auto& known = find_data_set(kind);
  const auto source = kind == "digits" ? find_digits(from) : from;
  RawSet set = kind == "digits"    ? read_digits(source)
               : kind == "cifar10" ? read_cifar10(cifar10_source(source))
               : kind == "npy"     ? read_npy_folder(source, 0, recipe.arrays)
               : kind == "audio"   ? read_audio(source, recipe, check_going_on)
               : kind == "csv"     ? read_series(source, recipe)
               : kind == "images"  ? read_pictures(source, recipe, check_going_on)
               : kind == "text"    ? read_text(source, recipe)
                                   : read_idx_folder(source, known.classes);
  const auto [height, width, channels] = sample_shape(set);
  const auto shape = fmt::format("{}x{}x{}", height, width, channels);
  if (known.classes > 0) {
    if (shape != known.shape || set.classes != known.classes)
      throw DataError(fmt::format("{}: expected {} samples of {} classes for {}, found {} of {}",
                                  source.string(), known.shape, known.classes, kind, shape, set.classes));
    set.class_names = known.class_names;
  }
  set.kind = set.name = kind;
  auto known_recipe = recipe;
  if (kind == "text") known_recipe.text.vocabulary = vocabulary_of(set);
  if (!known_recipe.sections(kind).empty()) set.recipe = describe_recipe(kind, known_recipe);
  if (kind == "audio" || kind == "csv" || kind == "images" || kind == "text")
    set.features = describe_features(kind, known_recipe);
  set.origin = source.string();
  return set;
}

std::string kind_of_folder(const std::string& name, const std::filesystem::path& folder) {
  if (!is_folder(folder)) return "";
  for (const auto& known : known_data_sets())
    if (known.kind == name && known.classes > 0) return name;
  if (is_there(folder / "train_images.npy")) return "npy";
  for (const auto& path : list_folder(folder)) {
    const auto file = path.filename().string();
    if (file.starts_with("data_batch") || file.starts_with("cifar-10-binary")) return "cifar10";
    if (file.starts_with("train") && file.find("idx") != std::string::npos) return "idx";
  }
  return "";
}

}  // namespace mho
