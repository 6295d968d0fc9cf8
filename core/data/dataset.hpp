// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/fields.hpp"
#include "core/data/augmentation.hpp"

namespace mho {

/// Labelled samples of one shape, height x width x channels each (NHWC), as float32 after the task's
/// normalisation: (raw - mean) / standard deviation of the training split, per channel.
struct Samples {
  int height = 1;
  int width = 1;
  int channels = 1;
  std::vector<float> images;  ///< count() x height x width x channels
  std::vector<int> labels;    ///< 0 to classes - 1; of a reconstruction 0 (normal) or 1; of values all 0
  /// Wanted outputs of a task of values, count() x outputs, in deviations from the training split's mean.
  std::vector<float> values = {};
  /// Right classes of every step, count() x steps, of a task of next steps: its labels are all 0.
  std::vector<int> targets = {};

  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
  /// The classes that are right, answers_each() a sample: its label, or one for each of its steps.
  const int* answers() const { return targets.empty() ? labels.data() : targets.data(); }
  std::int64_t answers_each() const { return targets.empty() ? 1 : std::ssize(targets) / count(); }
  std::int64_t sample_size() const { return std::int64_t{1} * height * width * channels; }
  std::span<const float> image(std::int64_t index) const {
    return {images.data() + index * sample_size(), static_cast<size_t>(sample_size())};
  }
};

/// A task's data: what is trained on, what a search selects by, and what only final scores touch.
struct Dataset {
  std::string name;
  int classes = 0;
  int outputs = 0;  ///< numbers that a network has to give (a step): classes, the sample's own, or values
  Samples train;
  Samples validation;  ///< empty when `validation_fraction` is 0
  Samples test;
  /// Normalisation that was applied, per channel, in raw units (0 to 255 for 8-bit images).
  std::vector<double> mean;
  std::vector<double> standard_deviation;
  std::vector<std::string> class_names;  ///< empty when they are not known
  /// What has to stand before the network: describe_features, then "mean" and "standard_deviation" of the
  /// normalisation, a JSON object; empty for data that come as the network takes them.
  std::string features;
};

/// What a network has to give: a score for each class, the sample again (an autoencoder), numbers, or at
/// every step a score for each class, which of a text are the characters that may come next.
enum class Target { classes, reconstruction, value, next_step };
template <>
inline constexpr std::array words_of<Target>{"class", "reconstruction", "value", "next_step"};
/// Per channel, in raw units: an image's numbers become (raw - mean) / standard_deviation. Measured, a
/// channel that never changes has deviation 1, so that it becomes 0.
struct Normalisation {
  std::vector<double> mean;
  std::vector<double> standard_deviation;
};

/// What raw numbers go through where the network brings no preprocessing: the training split's normalisation,
/// nothing, or given numbers.
enum class Normalise { train, none, given };
template <>
inline constexpr std::array words_of<Normalise>{"train", "none", "given"};

/// The [task] table: which data and how they are split.
struct TaskConfig {
  std::string data = "digits";  ///< name of a prepared set
  std::string folder =
      "";  ///< where prepared sets lie; "" for `data` in the current folder, then MHO_DATA_DIR
  /// Of the training split, stratified, drawn with `split_seed`; a set with a validation split of its own
  /// keeps that one instead. 0: no validation samples.
  double validation_fraction = 0.15;
  std::uint64_t split_seed = 0;
  int max_train = 0;  ///< training and validation samples together; 0 for all
  int max_test = 0;   ///< 0 for all
  Normalise normalise = Normalise::train;
  std::vector<double> normalise_mean;       ///< given: one a channel, or one for all, in raw units
  std::vector<double> normalise_deviation;  ///< the same
  Augmentation augmentation = Augmentation::none;
  Target target = Target::classes;  ///< what a network has to give
  std::string metric = "accuracy";  ///< one of metrics(), core/data/metric.hpp
  int normal_class = 0;             ///< of a reconstruction: all other classes are anomalies

  void fields(FieldVisitor& visitor);
};

/// Loads the task's data: the prepared set `data` below `folder`, else raw files in a folder of that name
/// (below `folder` or MHO_DATA_DIR), else, for digits, those of an installed scikit-learn. Raw files are read
/// in place; nothing is written or downloaded. The normalisation is `own` (a network's) where there is one,
/// else what [task] says; "train" is measured on the set's whole training split, so that it depends neither
/// on `split_seed` nor on `max_train`. Deterministic: the same configuration gives the same samples in the
/// same order. Throws DataError (with the command that prepares the set, when there is none) or ConfigError.
Dataset load_dataset(const TaskConfig& task, const std::optional<Normalisation>& own = std::nullopt);

/// All that a final evaluation trains on: the training samples with the validation split's, of which a
/// reconstruction takes the normal ones.
Samples training_samples(const Dataset& dataset, const TaskConfig& task);

/// Joins two sample sets of one shape; an empty one may have any shape. Throws DataError when the shapes
/// differ.
Samples join_samples(const Samples& first, const Samples& second);

/// `count` samples spread evenly over `samples` and its classes (all of them when count is 0 or larger than
/// there are).
Samples take_samples(const Samples& samples, std::int64_t count);

}  // namespace mho
