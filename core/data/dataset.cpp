// SPDX-License-Identifier: Apache-2.0
#include "core/data/dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/data/augmentation.hpp"
#include "core/data/metric.hpp"
#include "core/data/normalisation.hpp"
#include "core/data/prepared.hpp"
#include "core/data/sources/raw_sources.hpp"

namespace mho {
namespace {

/// The folders that may hold the set, the first that does wins.
std::vector<std::filesystem::path> candidate_folders(const TaskConfig& task) {
  if (!task.folder.empty()) return {std::filesystem::path(task.folder) / task.data};
  std::vector<std::filesystem::path> folders{std::filesystem::path("data") / task.data};
  if (const char* variable = std::getenv("MHO_DATA_DIR"))
    folders.push_back(std::filesystem::path(variable) / task.data);
  return folders;
}

/// The set as it lies in `folder`, prepared or raw; nothing when it is not there.
std::optional<RawSet> read_folder(const std::string& name, const std::filesystem::path& folder) {
  if (is_prepared(folder)) return read_prepared(folder);
  const auto kind = kind_of_folder(name, folder);
  if (kind.empty()) return std::nullopt;
  RawSet set = read_raw_set(kind, folder);
  set.name = name;
  return set;
}

[[noreturn]] void fail_not_found(const TaskConfig& task, const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> places, kinds;
  for (const auto& folder : folders) places.push_back(folder.string());
  bool downloadable = false;
  for (const auto& known : known_data_sets()) {
    kinds.push_back(known.kind);
    downloadable |= known.kind == task.data && !known.files.empty();
  }
  const auto out = task.folder.empty() ? "" : fmt::format(" --out {}", task.folder);
  const auto command = downloadable
                           ? fmt::format("mho data prepare {}{}", task.data, out)
                           : fmt::format("mho data prepare idx --name {} --from FOLDER{}", task.data, out);
  throw DataError(
      fmt::format("data set '{}': expected a prepared set, found none in {}{}; prepare it with: {}",
                  task.data, join(places), downloadable ? "" : did_you_mean(task.data, kinds), command));
}

RawSet find_set(const TaskConfig& task) {
  check_data_set_name(task.data);
  const auto folders = candidate_folders(task);
  for (const auto& folder : folders)
    if (auto set = read_folder(task.data, folder)) return std::move(*set);
  if (task.data == "digits") return read_raw_set("digits", {});
  fail_not_found(task, folders);
}

Samples empty_like(const Samples& samples) {
  return {samples.height, samples.width, samples.channels, {}, {}};
}

/// Those with label 0.
Samples normal_ones(const Samples& samples) {
  Samples kept = empty_like(samples);
  for (std::int64_t i = 0; i < samples.count(); ++i) {
    if (samples.labels[static_cast<size_t>(i)] != 0) continue;
    const auto image = samples.image(i);
    kept.images.insert(kept.images.end(), image.begin(), image.end());
    kept.labels.push_back(0);
  }
  return kept;
}

/// Classes become normal (0) and anomaly (1), and the normal ones are what is trained on.
void take_as_reconstruction(const TaskConfig& task, Dataset& dataset) {
  if (task.normal_class >= dataset.classes)
    throw ConfigError(fmt::format("task.normal_class: expected a class below the {} of data set '{}', got {}",
                                  dataset.classes, dataset.name, task.normal_class));
  for (auto* samples : {&dataset.train, &dataset.validation, &dataset.test})
    for (int& label : samples->labels) label = label == task.normal_class ? 0 : 1;
  dataset.classes = 2;
  dataset.outputs = static_cast<int>(dataset.train.sample_size());
  dataset.train = normal_ones(dataset.train);
  if (dataset.train.count() == 0)
    throw DataError(fmt::format("data set '{}': expected training samples of the normal class {}, found none",
                                dataset.name, task.normal_class));
}

/// Mean and deviation of the training split's values.
Normalisation measure_values(const std::vector<float>& values, int each) {
  if (each == 0) return {};
  const auto count = std::ssize(values) / each;
  return measure_normalisation(NpyArray::from(values, {count, 1, 1, each}), "training values");
}

/// The values at `chosen`, in deviations from their mean.
std::vector<float> normalised_values(const RawSamples& raw, const Indices& chosen,
                                     const Normalisation& values) {
  std::vector<float> result;
  const auto each = values.mean.size();
  for (const auto index : chosen)
    for (size_t v = 0; v < each; ++v) {
      const double value = raw.values[static_cast<size_t>(index) * each + v];
      result.push_back(static_cast<float>((value - values.mean[v]) / values.standard_deviation[v]));
    }
  return result;
}

void check_holds_target(const RawSet& set, const TaskConfig& task) {
  const bool fits = (set.values > 0) == (task.target == Target::value) &&
                    (set.steps > 0) == (task.target == Target::next_step);
  if (fits) return;
  const auto* expected = set.values > 0  ? "\"value\""
                         : set.steps > 0 ? "\"next_step\""
                                         : "\"class\" or \"reconstruction\"";
  throw ConfigError(fmt::format("task.target: expected {} for data set '{}', which holds {}, got \"{}\"",
                                expected, set.name,
                                set.values > 0  ? "values"
                                : set.steps > 0 ? "a class for every step"
                                                : "classes",
                                word_of(task.target)));
}

void take_as_target(const TaskConfig& task, Dataset& dataset) {
  if (task.target != Target::value) dataset.outputs = dataset.classes;
  if (task.target == Target::reconstruction) take_as_reconstruction(task, dataset);
  const auto& metric = metric_of(task.metric);
  check_metric_applies(metric, dataset.validation, "validation");
  check_metric_applies(metric, dataset.test, "test");
}

/// One number a channel, from one a channel or one for all.
std::vector<double> spread_over(const std::vector<double>& given, size_t channels, const std::string& key,
                                double least) {
  const bool fits = given.size() == channels || given.size() == 1;
  const bool good =
      std::all_of(given.begin(), given.end(), [&](double v) { return std::isfinite(v) && v > least; });
  if (!fits || !good)
    throw ConfigError(
        fmt::format("{}: expected a finite number{} for each of {} channels, or one for all, got [{}]", key,
                    least < 0 ? "" : " above 0", channels, fmt::join(given, ", ")));
  return given.size() == channels ? given : std::vector<double>(channels, given.front());
}

Normalisation find_normalisation(const RawSet& set, const TaskConfig& task,
                                 const std::optional<Normalisation>& own) {
  const auto channels = static_cast<size_t>(set.train.images.shape.at(3));
  const double any = -std::numeric_limits<double>::infinity();
  if (own)
    return {
        spread_over(own->mean, channels, "the network's preprocessing: mean", any),
        spread_over(own->standard_deviation, channels, "the network's preprocessing: standard_deviation", 0)};
  // Characters are numbers of a vocabulary.
  if (task.normalise == Normalise::none || set.kind == "text")
    return {std::vector<double>(channels, 0), std::vector<double>(channels, 1)};
  if (task.normalise == Normalise::given)
    return {spread_over(task.normalise_mean, channels, "task.normalise_mean", any),
            spread_over(task.normalise_deviation, channels, "task.normalise_deviation", 0)};
  return measure_normalisation(set.train.images, set.name);
}

/// The set's, with the normalisation that follows; nothing where the set says nothing.
std::string features_of(const RawSet& set, const Normalisation& normalisation) {
  if (set.features.empty()) return "";
  auto json = nlohmann::ordered_json::parse(set.features);
  json["mean"] = normalisation.mean;
  json["standard_deviation"] = normalisation.standard_deviation;
  return json.dump(1) + "\n";
}

/// At most `most` samples of a split (0: all): spread over its classes, of next steps the first ones, which
/// follow each other.
Indices chosen_of(const RawSet& set, const RawSamples& samples, int most) {
  auto chosen = spread_indices(samples.labels, set.steps > 0 ? 0 : most);
  if (set.steps > 0 && most > 0 && most < std::ssize(chosen)) chosen.resize(static_cast<size_t>(most));
  return chosen;
}

std::vector<int> targets_at(const RawSamples& raw, const Indices& chosen, int steps) {
  std::vector<int> targets;
  for (const auto index : chosen) {
    const auto first = raw.targets.begin() + index * steps;
    targets.insert(targets.end(), first, first + steps);
  }
  return targets;
}

Dataset split_and_normalise(const RawSet& set, const TaskConfig& task,
                            const std::optional<Normalisation>& own) {
  check_target(task);
  check_holds_target(set, task);
  const auto normalisation = find_normalisation(set, task, own);
  const bool own_validation = set.validation.count() > 0 && task.validation_fraction > 0;
  const auto [train, validation] = split_indices(set.train.labels, chosen_of(set, set.train, task.max_train),
                                                 own_validation ? 0 : task.validation_fraction,
                                                 RandomKey(task.split_seed).with("validation split"));
  Dataset dataset;
  dataset.name = set.name;
  dataset.classes = set.classes;
  dataset.outputs = set.values;
  dataset.class_names = set.class_names;
  dataset.features = features_of(set, normalisation);
  dataset.mean = normalisation.mean;
  dataset.standard_deviation = normalisation.standard_deviation;
  const auto values = measure_values(set.train.values, set.values);
  const auto samples_at = [&](const RawSamples& raw, const Indices& chosen) {
    auto samples = normalise(raw, chosen, normalisation);
    if (set.values > 0) samples.values = normalised_values(raw, chosen, values);
    if (set.steps > 0) samples.targets = targets_at(raw, chosen, set.steps);
    return samples;
  };
  dataset.train = samples_at(set.train, train);
  dataset.validation = own_validation ? samples_at(set.validation, spread_indices(set.validation.labels, 0))
                                      : samples_at(set.train, validation);
  dataset.test = samples_at(set.test, chosen_of(set, set.test, task.max_test));
  take_as_target(task, dataset);
  return dataset;
}

}  // namespace

void TaskConfig::fields(FieldVisitor& visitor) {
  visitor.field("data", &data, anything(),
                "Name of the data set: digits, or one that `mho data prepare` has made.");
  visitor.field("folder", &folder, anything(),
                "Folder of the prepared sets; empty for `data` in the current folder, then $MHO_DATA_DIR.");
  visitor.field(
      "validation_fraction", &validation_fraction, between(0, 0.9),
      "Part of the training split that candidates are selected by, stratified; a set's own validation split "
      "is used instead where there is one. 0 for none.");
  visitor.field("split_seed", &split_seed, anything(), "Seed of the validation split.");
  visitor.field("max_train", &max_train, at_least(0),
                "Most training and validation samples together, spread evenly over the classes; 0 for all.");
  visitor.field("max_test", &max_test, at_least(0),
                "Most test samples, spread evenly over the classes; 0 for all.");
  visitor.field(
      "normalise", &normalise,
      "What raw numbers go through, a channel, for networks that bring no preprocessing of their own: "
      "(raw - mean) / deviation of the training split, nothing, or with the two keys below.");
  visitor.field(
      "normalise_mean", &normalise_mean, anything(),
      "given: what is subtracted, in raw units (0 to 255 for 8-bit images): one a channel, or one for all.");
  visitor.field("normalise_deviation", &normalise_deviation, at_least(0),
                "given: what is divided by: one a channel, or one for all.");
  visitor.field("augmentation", &augmentation,
                "How training images are varied: not, shifted by up to an eighth, or shifted and mirrored.");
  visitor.field("target", &target,
                "What a network has to give: a score for each class; the sample again (an autoencoder, "
                "trained on normal samples only, whose error tells anomalies); the numbers of a set of "
                "values; or at every step a score for each class: of a text, for each character that may "
                "come next.");
  visitor.field("metric", &metric, one_of(metric_names()),
                "What a network is judged by. Of classes accuracy, balanced_accuracy and macro_f1, of a "
                "reconstruction auc and partial_auc, of values mse, of next steps bits_per_character and "
                "perplexity. " +
                    metric_help());
  visitor.field("normal_class", &normal_class, between(0, 65535),
                "Of a reconstruction: the class whose samples are normal; all others are anomalies.");
}

Dataset load_dataset(const TaskConfig& task, const std::optional<Normalisation>& own) {
  try {
    return split_and_normalise(find_set(task), task, own);
  } catch (const std::bad_alloc&) {
    throw RunError(
        fmt::format("data set '{}': expected its samples, as 32-bit numbers, to fit the memory, found too "
                    "little of it; task.max_train and task.max_test take fewer",
                    task.data));
  }
}

Samples training_samples(const Dataset& dataset, const TaskConfig& task) {
  return join_samples(dataset.train, task.target == Target::reconstruction ? normal_ones(dataset.validation)
                                                                           : dataset.validation);
}

Samples join_samples(const Samples& first, const Samples& second) {
  if (second.count() == 0) return first;
  if (first.count() == 0) return second;
  if (first.height != second.height || first.width != second.width || first.channels != second.channels)
    throw DataError(fmt::format("cannot join samples: expected {}x{}x{}, found {}x{}x{}", first.height,
                                first.width, first.channels, second.height, second.width, second.channels));
  Samples joined = first;
  joined.images.insert(joined.images.end(), second.images.begin(), second.images.end());
  joined.labels.insert(joined.labels.end(), second.labels.begin(), second.labels.end());
  joined.values.insert(joined.values.end(), second.values.begin(), second.values.end());
  joined.targets.insert(joined.targets.end(), second.targets.begin(), second.targets.end());
  return joined;
}

Samples take_samples(const Samples& samples, std::int64_t count) {
  if (count <= 0 || count >= samples.count()) return samples;
  Samples taken = empty_like(samples);
  for (const auto index : spread_indices(samples.labels, count)) {
    const auto image = samples.image(index);
    taken.images.insert(taken.images.end(), image.begin(), image.end());
    taken.labels.push_back(samples.labels[static_cast<size_t>(index)]);
    const auto each = std::ssize(samples.values) / samples.count();
    const auto values = samples.values.begin() + index * each;
    taken.values.insert(taken.values.end(), values, values + each);
    const auto steps = std::ssize(samples.targets) / samples.count();
    const auto targets = samples.targets.begin() + index * steps;
    taken.targets.insert(taken.targets.end(), targets, targets + steps);
  }
  return taken;
}

}  // namespace mho
