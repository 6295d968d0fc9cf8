// SPDX-License-Identifier: Apache-2.0
#include "core/data/raw_sources.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/data/cifar.hpp"
#include "core/data/digits.hpp"
#include "core/data/idx.hpp"
#include "core/data/known_data_sets.hpp"

namespace mho {
namespace {

RawSamples read_npy_split(const std::filesystem::path& folder, const std::string& split) {
  const auto images = folder / (split + "_images.npy"), labels = folder / (split + "_labels.npy");
  if (const auto values = folder / (split + "_values.npy"); is_there(values)) {
    const auto wanted = read_npy(values);
    const auto count = wanted.shape.empty() ? 0 : static_cast<size_t>(wanted.shape.front());
    return {as_images(read_npy(images), images.string()), std::vector<int>(count), images.string(),
            values.string(), as_values(wanted, values.string())};
  }
  return {as_images(read_npy(images), images.string()), as_labels(read_npy(labels), labels.string()),
          images.string(), labels.string()};
}

/// The archive of CIFAR-10 when `from` is a folder that holds it, else `from`.
std::filesystem::path cifar10_source(const std::filesystem::path& from) {
  const auto archive = from / "cifar-10-binary.tar.gz";
  return is_file(archive) ? archive : from;
}

}  // namespace

RawSet read_npy_folder(const std::filesystem::path& folder, int classes) {
  RawSet set;
  set.kind = "npy";
  set.classes = classes;
  set.train = read_npy_split(folder, "train");
  if (is_there(folder / "validation_images.npy")) set.validation = read_npy_split(folder, "validation");
  set.test = read_npy_split(folder, "test");
  complete_raw_set(set, folder.string());
  return set;
}

RawSet read_raw_set(const std::string& kind, const std::filesystem::path& from) {
  const auto& known = find_data_set(kind);
  const auto source = kind == "digits" ? find_digits(from) : from;
  RawSet set = kind == "digits"    ? read_digits(source)
               : kind == "cifar10" ? read_cifar10(cifar10_source(source))
               : kind == "npy"     ? read_npy_folder(source)
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
