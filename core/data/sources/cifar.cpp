// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/cifar.hpp"

#include <fmt/format.h>

#include <map>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/tar.hpp"
#include "core/base/parallel.hpp"

namespace mho {
namespace {

constexpr size_t side = 32, channels = 3, plane = side * side, record = 1 + channels * plane;
constexpr int classes = 10;

bool is_batch(const std::string& name) {
  return name.starts_with("data_batch") || name.starts_with("test_batch");
}

/// Every batch, file name to content, in the order of the names.
std::map<std::string, std::string> read_batches(const std::filesystem::path& source) {
  std::map<std::string, std::string> batches;
  if (is_folder(source)) {
    std::vector<std::filesystem::path> files;
    for (const auto& path : list_folder(source))
      if (is_batch(path.filename().string()) && is_file(path)) files.push_back(path);
    std::vector<std::string> contents(files.size());
    parallel_for(files.size(),
                 [&](std::size_t i) { contents[i] = read_maybe_compressed(files[i]); });  // xz is slow
    for (size_t i = 0; i < files.size(); ++i) {
      const auto name = files[i].filename().string();
      if (!batches.emplace(name.substr(0, name.find(".bin")), std::move(contents[i])).second)
        throw DataError(fmt::format("{}: expected each batch once, found {} beside another form of it",
                                    source.string(), name));
    }
  } else {
    for (auto& [path, content] : read_tar(read_maybe_compressed(source), source.string())) {
      const auto name = std::filesystem::path(path).filename().string();
      if (is_batch(name)) batches.emplace(name, std::move(content));
    }
  }
  return batches;
}

}  // namespace

void append_cifar10_batch(const std::string& bytes, const std::string& name, RawSamples& samples) {
  if (bytes.empty() || bytes.size() % record != 0)
    throw DataError(fmt::format("{}: byte {}: expected records of {} bytes, found {} bytes in all", name,
                                bytes.size() / record * record, record, bytes.size()));
  const size_t count = bytes.size() / record, first = samples.images.bytes.size();
  samples.images.bytes.resize(first + count * channels * plane);
  char* out = samples.images.bytes.data() + first;
  for (size_t i = 0; i < count; ++i) {
    const char* in = bytes.data() + i * record;
    const int label = static_cast<unsigned char>(*in++);
    if (label >= classes)
      throw DataError(fmt::format("{}: byte {}: expected a label of 0 to {}, found {}", name, i * record,
                                  classes - 1, label));
    samples.labels.push_back(label);
    for (size_t pixel = 0; pixel < plane; ++pixel)
      for (size_t c = 0; c < channels; ++c) *out++ = in[c * plane + pixel];
  }
  samples.images.dtype = "|u1";
  samples.images.shape = {samples.count(), side, side, channels};
}

RawSet read_cifar10(const std::filesystem::path& folder_or_archive) {
  RawSet set;
  set.kind = "cifar10";
  set.classes = classes;
  set.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                     "dog",      "frog",       "horse", "ship", "truck"};
  for (const auto& [name, content] : read_batches(folder_or_archive))
    append_cifar10_batch(content, folder_or_archive.string() + "/" + name,
                         name.starts_with("test") ? set.test : set.train);
  if (set.train.count() == 0 || set.test.count() == 0)
    throw DataError(
        fmt::format("{}: expected data_batch_*.bin and test_batch.bin (plain, .gz or .xz), found {}",
                    folder_or_archive.string(), set.train.count() ? "no test batch" : "no training batch"));
  complete_raw_set(set, folder_or_archive.string());
  return set;
}

}  // namespace mho
