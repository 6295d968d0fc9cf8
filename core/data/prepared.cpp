// SPDX-License-Identifier: Apache-2.0
#include "core/data/prepared.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/file_lock.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/sha256.hpp"
#include "core/data/sources/raw_sources.hpp"

namespace mho {
namespace {

using nlohmann::ordered_json;

constexpr const char* format_name = "mho-data-1";
constexpr const char* description_file = "dataset.json";

constexpr std::array<const char*, 3> splits = {"train", "validation", "test"};

/// Whether a set has a file of that name, or the writing of one left it behind.
bool is_of_a_set(const std::string& name) {
  std::vector<std::string> own{description_file};
  for (const std::string split : splits)
    for (const auto* part : {"_images.npy", "_labels.npy", "_values.npy", "_targets.npy"})
      own.push_back(split + part);
  return std::any_of(own.begin(), own.end(), [&](const std::string& file) {
    return name == file || name.starts_with(file + ".tmp");
  });
}

/// Where the set of a folder is made before it takes its place: .preparing/ beside the folder. It goes away
/// with the object; what a killed predecessor left there goes before.
class Workshop {
 public:
  explicit Workshop(const std::filesystem::path& folder)
      : folder_(folder), path_(place(folder)), lock_(path_.string() + ".lock", FileLock::Kind::exclusive) {
    if (!lock_.held())
      throw ConfigError(fmt::format("{}: another `mho data prepare` is at work on it", folder.string()));
    if (std::filesystem::exists(old()) && !std::filesystem::exists(folder))
      std::filesystem::rename(old(), folder);  // killed between the two names of take_place
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(fresh());
  }
  ~Workshop() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    std::filesystem::remove(path_.string() + ".lock", ignored);
    std::filesystem::remove(path_.parent_path(), ignored);  // unless another set is being made there
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::filesystem::path fresh() const { return path_ / "fresh"; }
  std::filesystem::path downloads() const { return path_ / "download"; }

  /// Puts the fresh set in the place of the folder, at once where the file system can exchange names. What
  /// else lies in the folder comes along.
  void take_place() const {
    if (!std::filesystem::exists(folder_)) return std::filesystem::rename(fresh(), folder_);
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      if (!is_of_a_set(entry.path().filename().string()))
        std::filesystem::copy(entry.path(), fresh() / entry.path().filename(), as_links);
    if (::renameat2(AT_FDCWD, fresh().c_str(), AT_FDCWD, folder_.c_str(), RENAME_EXCHANGE) == 0) return;
    std::filesystem::rename(folder_, old());
    std::filesystem::rename(fresh(), folder_);
  }

 private:
  static constexpr auto as_links = std::filesystem::copy_options::recursive |
                                   std::filesystem::copy_options::copy_symlinks |
                                   std::filesystem::copy_options::create_hard_links;

  static std::filesystem::path place(const std::filesystem::path& folder) {
    const auto beside = folder.parent_path() / ".preparing";
    std::filesystem::create_directories(beside);
    return beside / folder.filename();
  }
  std::filesystem::path old() const { return path_ / "old"; }

  std::filesystem::path folder_, path_;
  FileLock lock_;
};

RawSet fetch(const KnownDataSet& known, const std::filesystem::path& downloads,
             const std::function<void()>& check_going_on) {
  if (known.files.empty())
    throw ConfigError(
        fmt::format("{} data have no public address; name their folder: mho data prepare {} --from FOLDER",
                    known.kind, known.kind));
  for (const auto& file : known.files) {
    check_going_on();
    download(file, downloads);
  }
  RawSet set = read_raw_set(known.kind, downloads);
  const auto& url = known.files.front().url;
  set.origin = known.files.size() == 1 ? url : url.substr(0, url.rfind('/') + 1);
  return set;
}

/// A byte a number where that is enough.
NpyArray compact(const std::vector<int>& numbers, std::vector<std::int64_t> shape) {
  if (*std::max_element(numbers.begin(), numbers.end()) < 256)
    return NpyArray::from(std::vector<std::uint8_t>(numbers.begin(), numbers.end()), std::move(shape));
  return NpyArray::from(std::vector<std::int32_t>(numbers.begin(), numbers.end()), std::move(shape));
}

/// Writes one split, if the set has it, and adds its sums to `sums`.
void write_split(const std::filesystem::path& folder, const std::string& split, const RawSamples& samples,
                 ordered_json& sums) {
  if (samples.count() == 0) return;
  const bool of_values = !samples.values.empty(), of_steps = !samples.targets.empty();
  const auto images = folder / (split + "_images.npy"),
             wanted = folder / (split + (of_values  ? "_values.npy"
                                         : of_steps ? "_targets.npy"
                                                    : "_labels.npy"));
  write_npy(images, samples.images);
  if (of_values)
    write_npy(wanted, NpyArray::from(samples.values,
                                     {samples.count(), std::ssize(samples.values) / samples.count()}));
  else if (of_steps)
    write_npy(wanted, compact(samples.targets, {samples.count(), samples.images.shape.at(1)}));
  else
    write_npy(wanted, NpyArray::from(std::vector<std::int32_t>(samples.labels.begin(), samples.labels.end()),
                                     {samples.count()}));
  for (const auto& file : {images, wanted}) sums[file.filename().string()] = sha256_of_file(file);
}

void write_prepared(const RawSet& set, const std::filesystem::path& folder,
                    const std::function<void()>& check_going_on) {
  ordered_json sums = ordered_json::object();
  for (const auto& [split, samples] :
       {std::pair(splits[0], &set.train), std::pair(splits[1], &set.validation),
        std::pair(splits[2], &set.test)}) {
    check_going_on();
    write_split(folder, split, *samples, sums);
  }
  ordered_json description{
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
  if (set.values > 0) description["values"] = set.values;
  if (set.steps > 0) description["steps"] = set.steps;
  if (!set.features.empty()) description["features"] = ordered_json::parse(set.features);
  if (!set.recipe.empty()) description["recipe"] = ordered_json::parse(set.recipe);
  if (!set.notes.empty()) description["notes"] = set.notes;
  const auto text = description.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
  write_file_atomically(folder / description_file, text);
}

/// dataset.json; its format and number of classes, which reading the arrays needs, are checked.
ordered_json read_description(const std::filesystem::path& folder) {
  const auto file = folder / description_file;
  try {
    const auto text = read_text_file(file);
    check_json_depth(text, file.string());
    auto description = ordered_json::parse(text);
    if (description.at("format") != format_name)
      throw DataError(fmt::format("{}: expected format {}, found {}", file.string(), format_name,
                                  description.at("format").dump()));
    const bool of_values = description.value("values", 0) > 0;
    if (const auto classes = description.at("classes").get<int>(); classes < 2 && !of_values)
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
    if (description.contains("features") && !description.at("features").is_object())
      throw DataError(fmt::format("{}: {}: features: expected an object, found {}", where, description_file,
                                  description.at("features").dump()));
    if (description.contains("features")) set.features = description.at("features").dump();
    if (description.contains("recipe")) set.recipe = description.at("recipe").dump();
    set.notes = description.value("notes", std::vector<std::string>());
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
                                   const std::filesystem::path& from, const std::filesystem::path& out,
                                   const std::atomic<bool>* stop, const Recipe& recipe) {
  check_data_set_name(name);
  const auto& known = find_data_set(kind);
  const auto folder = out / name;
  const auto check_going_on = [&] {
    if (stop && stop->load()) throw RunError(fmt::format("stopped; {} is as it was before", folder.string()));
  };
  try {
    const Workshop workshop(std::filesystem::weakly_canonical(folder));
    RawSet set = from.empty() && kind != "digits" ? fetch(known, workshop.downloads(), check_going_on)
                                                  : read_raw_set(kind, from, recipe, check_going_on);
    set.name = name;
    write_prepared(set, workshop.fresh(), check_going_on);
    check_going_on();
    workshop.take_place();
  } catch (const std::filesystem::filesystem_error& error) {
    throw RunError(fmt::format("cannot write {}: {}", folder.string(), error.code().message()));
  }
  return folder;
}

bool is_prepared(const std::filesystem::path& folder) { return is_file(folder / description_file); }

RawSet read_prepared(const std::filesystem::path& folder) {
  const auto description = read_description(folder);
  RawSet set = read_npy_folder(folder, description.at("classes").get<int>());
  apply_description(description, folder.string(), set);
  return set;
}

RawSet verify_prepared(const std::filesystem::path& folder) {
  RawSet set = read_prepared(folder);
  const auto sums = read_description(folder).value("sha256", ordered_json::object());
  for (const char* split : splits)
    for (const char* part : {"images", set.values > 0 ? "values" : set.steps > 0 ? "targets" : "labels"}) {
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
