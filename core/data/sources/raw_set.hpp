// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/files/npy.hpp"

namespace mho {

/// Labelled samples as they were recorded.
struct RawSamples {
  NpyArray images;                                 ///< count() x height x width x channels; |u1, |i1 or <f4
  std::vector<int> labels;                         ///< 0 to classes - 1
  std::string images_from = {}, labels_from = {};  ///< the files, for messages; empty where one holds both
  /// Wanted numbers, count() x RawSet::values, of a set of values: its labels are all 0.
  std::vector<float> values = {};
  /// Right classes of every step, count() x RawSet::steps, of a set of next steps: its labels are all 0.
  std::vector<int> targets = {};

  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// A data set before any split or normalisation of ours.
struct RawSet {
  std::string name;
  std::string kind;                      ///< what prepare_data was asked for, e.g. "idx"
  std::string origin;                    ///< where the files came from, one line
  int classes = 0;                       ///< 1 in a set of values
  int values = 0;                        ///< wanted numbers a sample; 0 in a set of classes
  int steps = 0;                         ///< classes a sample, one a step; 0 where a sample has one
  std::vector<std::string> class_names;  ///< empty when they are not known
  /// What has to stand before a network that takes these samples (describe_features), and how they were made
  /// of recordings (describe_recipe): JSON objects, empty for data that come as the network takes them.
  std::string features, recipe;
  std::vector<std::string> notes;  ///< what the user should know of the preparation, a line each
  RawSamples train;
  RawSamples validation;  ///< empty when the set has no validation split of its own
  RawSamples test;
};

/// Height, width and channels of the set's samples.
std::array<int, 3> sample_shape(const RawSet& set);

/// `images` with 4 dimensions: N x H x W becomes N x H x W x 1. Types other than |u1, |i1 and <f4 become <f4.
/// Throws DataError for other ranks; `where` stands in messages. N x F is refused with the two shapes that it
/// may mean: a sequence of F steps (N x F x 1 x 1) or F features without an order (N x 1 x 1 x F), of which
/// the second gives networks of many more weights.
NpyArray as_images(NpyArray images, const std::string& where);

/// Labels as whole numbers; throws DataError for another rank than 1 or a label outside 0 to 65535.
std::vector<int> as_labels(const NpyArray& labels, const std::string& where);

/// Wanted numbers, N or N x values, all finite; throws DataError for others.
std::vector<float> as_values(const NpyArray& values, const std::string& where);

/// Right classes of every step, N x steps, of 0 to 65535; throws DataError for others.
std::vector<int> as_targets(const NpyArray& targets, const std::string& where);

/// Sets `classes` to the largest label (or class of a step) + 1 where it is 0, then checks that training and
/// test samples are there, that all splits have one shape and type, a label for each image, and labels below
/// `classes` (at least 2; a set of values has one, and as many values for each sample of every split; one of
/// next steps as many classes as a sample has steps). Throws DataError; `where` stands in messages for splits
/// that do not say their files.
void complete_raw_set(RawSet& set, const std::string& where);

}  // namespace mho
