// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/sha1.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

constexpr int most_classes = 65536;

std::optional<int> whole_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value >= most_classes)
    return std::nullopt;
  return value;
}

/// The classes of a set whose recipe does not list them.
std::vector<std::string> found_classes(const std::vector<FoundSample>& found) {
  std::set<std::string> names;
  int largest = -1;
  bool numbers = true;
  for (const auto& sample : found) {
    const auto number = whole_number(sample.label);
    numbers = numbers && number;
    largest = std::max(largest, number.value_or(0));
    names.insert(sample.label);
  }
  if (!numbers) return {names.begin(), names.end()};
  std::vector<std::string> classes;
  for (int label = 0; label <= largest; ++label) classes.push_back(std::to_string(label));
  return classes;
}

/// Labels to classes.
class Classes {
 public:
  Classes(const LabelConfig& config, const std::vector<FoundSample>& found)
      : others_(config.others), names_(config.classes.empty() ? found_classes(found) : config.classes) {
    if (!config.classes.empty() && !others_.empty() && others_ != "-" && !index_of(others_))
      names_.push_back(others_);
  }

  const std::vector<std::string>& names() const { return names_; }
  std::optional<int> index_of(const std::string& name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at == names_.end()) return std::nullopt;
    return static_cast<int>(at - names_.begin());
  }

  /// The class of a label; nothing for one that is left out.
  std::optional<int> of(const FoundSample& sample) const {
    if (const auto named = index_of(sample.label)) return named;
    const auto number = whole_number(sample.label);
    if (number && *number < static_cast<int>(names_.size())) return number;
    if (others_ == "-") return std::nullopt;
    if (!others_.empty()) return index_of(others_);
    throw DataError(
        fmt::format("{}: expected a label of labels.classes, found '{}'{} (labels.others gives "
                    "such samples a class, or leaves them out)",
                    sample.where, sample.label, did_you_mean(sample.label, names_)));
  }

 private:
  std::string others_;
  std::vector<std::string> names_;
};

/// What the recipe's rule says of a sample.
class Splitting {
 public:
  Splitting(const SplitConfig& config, const std::vector<FoundSample>& found) : config_(config) {
    const bool stated =
        std::any_of(found.begin(), found.end(), [](const auto& s) { return s.stated_part >= 0; });
    by_ = config.by;
    if (by_ == SplitRule::automatic)
      by_ = stated ? SplitRule::folder : config.test_groups.empty() ? SplitRule::hash : SplitRule::groups;
    check_groups(found);
  }

  Part of(const FoundSample& sample) const {
    const auto part = by_rule(sample);
    const auto named = [&](const std::vector<std::string>& groups) {
      return std::find(groups.begin(), groups.end(), sample.group) != groups.end();
    };
    if (named(config_.test_groups)) return Part::test;
    return part == Part::train && named(config_.validation_groups) ? Part::validation : part;
  }

 private:
  Part by_rule(const FoundSample& sample) const {
    if (by_ == SplitRule::groups) return Part::train;
    if (by_ == SplitRule::hash)
      return part_by_hash(sample.group, config_.validation_percent, config_.test_percent);
    if (sample.stated_part < 0)
      throw DataError(fmt::format(
          "{}: expected a split (train, validation or test) of each sample, found none", sample.where));
    return static_cast<Part>(sample.stated_part);
  }

  void check_groups(const std::vector<FoundSample>& found) const {
    std::set<std::string> known;
    for (const auto& sample : found) known.insert(sample.group);
    for (const auto* groups : {&config_.validation_groups, &config_.test_groups})
      for (const auto& group : *groups)
        if (!known.count(group))
          throw DataError(fmt::format("split: expected samples of the group '{}', found none{}", group,
                                      did_you_mean(group, {known.begin(), known.end()})));
  }

  SplitConfig config_;
  SplitRule by_;
};

/// Keeps of the class `others`, in each split, at most `percent` of the count of all other classes: those
/// whose SHA-1 is smallest, so that the choice depends on nothing but the files.
void thin(PlacedSamples& placed, int others, double percent) {
  std::array<double, 3> named{};
  std::array<std::vector<std::pair<std::uint32_t, size_t>>, 3> candidates;
  for (size_t i = 0; i < placed.samples.size(); ++i) {
    const auto& sample = placed.samples[i];
    const auto part = static_cast<size_t>(sample.part);
    if (sample.label == others)
      candidates[part].emplace_back(sha1(sample.source)[0], i);
    else
      ++named[part];
  }
  std::vector<bool> dropped(placed.samples.size());
  for (size_t part = 0; part < 3; ++part) {
    std::sort(candidates[part].begin(), candidates[part].end());
    const auto kept = static_cast<size_t>(std::ceil(named[part] * percent / 100));
    for (size_t i = kept; i < candidates[part].size(); ++i) dropped[candidates[part][i].second] = true;
  }
  std::vector<PlacedSample> rest;
  for (size_t i = 0; i < placed.samples.size(); ++i)
    if (!dropped[i]) rest.push_back(std::move(placed.samples[i]));
  placed.samples = std::move(rest);
}

}  // namespace

void LabelConfig::fields(FieldVisitor& visitor) {
  visitor.field("list", &list, anything(),
                "CSV file of labels, relative to --from; empty where each class has a folder.");
  visitor.field("header", &header, anything(),
                "Whether the first line of a CSV file names its columns; else they are called 1, 2, ...");
  visitor.field("file_column", &file_column, anything(), "Column of the list that names the file.");
  visitor.field("label_column", &label_column, anything(), "Column of the label, a name or a whole number.");
  visitor.field(
      "group_column", &group_column, anything(),
      "Column of the speaker, patient or device that must not be in two splits; empty for none (audio: "
      "the file's name before _nohash_).");
  visitor.field("classes", &classes, anything(),
                "The classes in their order, for whole numbers their names; empty for those that are found.");
  visitor.field(
      "others", &others, anything(),
      "Class of all labels that are not in classes; - leaves their samples out; empty refuses them.");
  visitor.field("others_percent", &others_percent, between(0, 1000),
                "Most samples of others, in percent of all other samples of a split; 0 for all.");
  visitor.field(
      "complete", &complete, anything(),
      "Whether each class must have training and test samples; false for sets whose training samples "
      "are of one class (anomaly detection).");
}

void SplitConfig::fields(FieldVisitor& visitor) {
  visitor.field(
      "by", &by,
      "What splits: folders or files named train, validation, test; the list's column; a hash of the "
      "group (Speech Commands' rule); the groups named here. auto: the first of these that is there.");
  visitor.field("column", &column, anything(), "Column of the list that says train, validation or test.");
  visitor.field("validation_percent", &validation_percent, between(0, 90), "Of the groups, by hash.");
  visitor.field("test_percent", &test_percent, between(0, 90), "Of the groups, by hash.");
  visitor.field("validation_groups", &validation_groups, anything(),
                "Groups that are taken out of the training split to validate on.");
  visitor.field("test_groups", &test_groups, anything(), "Groups that are tested on.");
}

int part_named(const std::string& word) {
  static const std::map<std::string, Part> words{
      {"train", Part::train},    {"training", Part::train},   {"validation", Part::validation},
      {"val", Part::validation}, {"valid", Part::validation}, {"dev", Part::validation},
      {"test", Part::test},      {"testing", Part::test}};
  std::string lower = word;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found = words.find(lower);
  return found == words.end() ? -1 : static_cast<int>(found->second);
}

Part part_by_hash(const std::string& group, double validation_percent, double test_percent) {
  constexpr std::uint32_t largest = (1U << 27) - 1;
  const double percent = (sha1(group)[4] & largest) * (100.0 / largest);
  if (percent < validation_percent) return Part::validation;
  return percent < validation_percent + test_percent ? Part::test : Part::train;
}

std::string group_of_file(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.find("_nohash_"));
}

PlacedSamples place_samples(const std::vector<FoundSample>& found, const LabelConfig& labels,
                            const SplitConfig& split) {
  const Classes classes(labels, found);
  const Splitting splitting(split, found);
  PlacedSamples placed{{}, classes.names()};
  for (const auto& sample : found)
    if (const auto label = classes.of(sample))
      placed.samples.push_back({sample.source, sample.where, *label, splitting.of(sample)});
  if (const auto others = classes.index_of(labels.others); others && labels.others_percent > 0)
    thin(placed, *others, labels.others_percent);
  return placed;
}

void check_classes(const ClassCounts& counts, const std::vector<std::string>& class_names,
                   const std::string& where) {
  for (size_t c = 0; c < class_names.size(); ++c) {
    const auto train = counts[0][c], validation = counts[1][c], test = counts[2][c];
    if (train > 0 && test > 0) continue;
    throw DataError(fmt::format(
        "{}: class '{}': expected samples to train and to test on, found {} training, {} validation and {} "
        "test "
        "samples (split.by and split.test_percent part them; labels.complete = false lets it pass)",
        where, class_names[c], train, validation, test));
  }
}

}  // namespace mho
