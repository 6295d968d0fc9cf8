// SPDX-License-Identifier: Apache-2.0
#include "core/data/prepared.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/sha256.hpp"
#include "core/data/raw_sources.hpp"

namespace mho {
namespace {

using nlohmann::ordered_json;

constexpr const char* format_name = "mho-data-1";
constexpr const char* description_file = "dataset.json";

/// A folder for downloads that goes away with the object.
class DownloadFolder {
 public:
  explicit DownloadFolder(std::filesystem::path path) : path_(std::move(path)) {}
  ~DownloadFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  DownloadFolder(const DownloadFolder&) = delete;
  DownloadFolder& operator=(const DownloadFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

RawSet fetch(const KnownDataSet& known, const std::filesystem::path& folder) {
  if (known.files.empty())
    throw ConfigError(
        fmt::format("{} data have no public address; name their folder: mho data prepare {} --from FOLDER",
                    known.kind, known.kind));
  const DownloadFolder raw(folder / "download");
  for (const auto& file : known.files) download(file, raw.path());
  RawSet set = read_raw_set(known.kind, raw.path());
  const auto& url = known.files.front().url;
  set.origin = known.files.size() == 1 ? url : url.substr(0, url.rfind('/') + 1);
  return set;
}

/// Writes one split (or takes an old one of that name away) and adds its sums to `sums`.
void write_split(const std::filesystem::path& folder, const std::string& split, const RawSamples& samples,
                 ordered_json& sums) {
  const auto images = folder / (split + "_images.npy"), labels = folder / (split + "_labels.npy");
  if (samples.count() == 0) {
    std::filesystem::remove(images);
    std::filesystem::remove(labels);
    return;
  }
  write_npy(images, samples.images);
  write_npy(labels, NpyArray::from(std::vector<std::int32_t>(samples.labels.begin(), samples.labels.end()),
                                   {samples.count()}));
  for (const auto& file : {images, labels}) sums[file.filename().string()] = sha256_of_file(file);
}

void write_prepared(const RawSet& set, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / description_file);
  ordered_json sums = ordered_json::object();
  write_split(folder, "train", set.train, sums);
  write_split(folder, "validation", set.validation, sums);
  write_split(folder, "test", set.test, sums);
  const ordered_json description{
      {"format", format_name},
      {"name", set.name},
      {"kind", set.kind},
      {"origin", set.origin},
      {"classes", set.classes},
      {"class_names", set.class_names},
      {"shape", sample_shape(set)},
      {"counts",
       {{"train", set.train.count()}, {"validation", set.validation.count()}, {"test", set.test.count()}}},
      {"sha256", sums}};
  const auto text = description.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
  write_file_atomically(folder / description_file, text);
}

/// dataset.json; its format and number of classes, which reading the arrays needs, are checked.
ordered_json read_description(const std::filesystem::path& folder) {
  const auto file = folder / description_file;
  try {
    auto description = ordered_json::parse(read_text_file(file));
    if (description.at("format") != format_name)
      throw DataError(fmt::format("{}: expected format {}, found {}", file.string(), format_name,
                                  description.at("format").dump()));
    if (const auto classes = description.at("classes").get<int>(); classes < 2)
      throw DataError(fmt::format("{}: expected at least 2 classes, found {}", file.string(), classes));
    return description;
  } catch (const ordered_json::exception& error) {
    throw DataError(
        fmt::format("{}: expected the description of a prepared set, found {}", file.string(), error.what()));
  }
}

void check_count(const ordered_json& description, const char* split, const RawSamples& samples,
                 const std::string& where) {
  const auto expected = description.at("counts").at(split).get<std::int64_t>();
  if (expected != samples.count())
    throw DataError(
        fmt::format("{}: {}: expected {} samples, found {}", where, split, expected, samples.count()));
}

void apply_description(const ordered_json& description, const std::string& where, RawSet& set) {
  try {
    set.name = description.at("name").get<std::string>();
    set.kind = description.at("kind").get<std::string>();
    set.origin = description.at("origin").get<std::string>();
    set.class_names = description.at("class_names").get<std::vector<std::string>>();
    check_count(description, "train", set.train, where);
    check_count(description, "validation", set.validation, where);
    check_count(description, "test", set.test, where);
    if (const auto shape = description.at("shape").get<std::array<int, 3>>(); shape != sample_shape(set))
      throw DataError(fmt::format("{}: expected samples of shape ({}), found ({})", where,
                                  fmt::join(shape, ", "), fmt::join(sample_shape(set), ", ")));
  } catch (const ordered_json::exception& error) {
    throw DataError(fmt::format("{}: {}: expected a complete description, found {}", where, description_file,
                                error.what()));
  }
}

}  // namespace

void check_data_set_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '-';
  });
  if (name.empty() || name.front() == '.' || !plain)
    throw ConfigError(
        fmt::format("name of a data set: expected letters, digits, '.', '_' and '-', got '{}'", name));
}

std::filesystem::path prepare_data(const std::string& kind, const std::string& name,
                                   const std::filesystem::path& from, const std::filesystem::path& out) {
  check_data_set_name(name);
  const auto& known = find_data_set(kind);
  const auto folder = out / name;
  RawSet set = from.empty() && kind != "digits" ? fetch(known, folder) : read_raw_set(kind, from);
  set.name = name;
  try {
    write_prepared(set, folder);
  } catch (const std::filesystem::filesystem_error& error) {
    throw RunError(fmt::format("cannot write {}: {}", folder.string(), error.code().message()));
  }
  return folder;
}

bool is_prepared(const std::filesystem::path& folder) {
  return std::filesystem::is_regular_file(folder / description_file);
}

RawSet read_prepared(const std::filesystem::path& folder) {
  const auto description = read_description(folder);
  RawSet set = read_npy_folder(folder, description.at("classes").get<int>());
  apply_description(description, folder.string(), set);
  return set;
}

RawSet verify_prepared(const std::filesystem::path& folder) {
  RawSet set = read_prepared(folder);
  const auto sums = read_description(folder).value("sha256", ordered_json::object());
  for (const char* split : {"train", "validation", "test"})
    for (const char* part : {"images", "labels"}) {
      const auto name = fmt::format("{}_{}.npy", split, part);
      if (std::string(split) == "validation" && set.validation.count() == 0) continue;
      const auto expected = sums.value(name, "nothing"), found = sha256_of_file(folder / name);
      if (found != expected)
        throw DataError(
            fmt::format("{}: expected SHA-256 {}, found {}", (folder / name).string(), expected, found));
    }
  return set;
}

}  // namespace mho
