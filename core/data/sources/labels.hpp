// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// The [labels] table of a recipe: what samples are called, and which column says so.
struct LabelConfig {
  std::string list = "";  ///< a CSV file beside the samples; "" where a folder is a class
  bool header = true;     ///< whether the first line names the columns; else they are "1", "2", ...
  std::string file_column = "file";
  std::string label_column = "label";
  std::string group_column = "";     ///< speaker, patient, device: what must not be in two splits
  std::vector<std::string> classes;  ///< in their order; empty: those that are found
  std::string others = "";           ///< class of labels that are not in `classes`; "-" leaves them out
  double others_percent = 0;         ///< most samples of `others`, of those of all other classes; 0 for all
  bool complete = true;              ///< whether each class must have training and test samples

  void fields(FieldVisitor& visitor);
};

/// What puts a sample into its split. automatic ("auto"): the first of these that is there.
enum class SplitRule { automatic, folder, list, hash, groups };
template <>
inline constexpr std::array words_of<SplitRule>{"auto", "folder", "list", "hash", "groups"};

/// The [split] table of a recipe.
struct SplitConfig {
  SplitRule by = SplitRule::automatic;
  std::string column = "split";    ///< of the list
  double validation_percent = 10;  ///< hash
  double test_percent = 10;        ///< hash
  std::vector<std::string> validation_groups;
  std::vector<std::string> test_groups;

  void fields(FieldVisitor& visitor);
};

enum class Part { train, validation, test };

/// "train", "training", "val", "test", ... as folders, lists and files call their parts. -1 for another word.
int part_named(const std::string& word);

/// Where Speech Commands' rule puts a group: 27 bits of its SHA-1 as a percentage, below `validation_percent`
/// validation, below the sum of both test. Source: Warden, "Speech Commands", 2018, section 5.5 and the
/// set's README.
Part part_by_hash(const std::string& group, double validation_percent, double test_percent);

/// "0a7c2a8d" of "yes/0a7c2a8d_nohash_0.wav": the file's name before _nohash_, or the whole name.
std::string group_of_file(const std::string& path);

/// A sample before it is read.
struct FoundSample {
  std::string source;  ///< what to read: a path in the folder, or whatever the reader knows by
  std::string label;
  std::string group;
  std::string where;     ///< for messages
  int stated_part = -1;  ///< of a folder or a list; -1 where nothing says it
};

/// A sample with its class and its split.
struct PlacedSample {
  std::string source, where;
  int label = 0;
  Part part = Part::train;
};

struct PlacedSamples {
  std::vector<PlacedSample> samples;  ///< in the order in which they were found
  std::vector<std::string> class_names;
};

/// Gives every sample its class and its split. Labels that are whole numbers are positions in `classes` where
/// they are not names in it; without `classes`, whole numbers stand for themselves and names are sorted.
/// `others` are thinned, spread by the SHA-1 of their group and name. Throws DataError for a label that is
/// not in `classes`, a split that is not known, or a group of [split] that no sample has.
PlacedSamples place_samples(const std::vector<FoundSample>& found, const LabelConfig& labels,
                            const SplitConfig& split);

/// How many samples of each class a split has.
using ClassCounts = std::array<std::vector<std::int64_t>, 3>;

/// Throws DataError that names the class and its counts when one lacks training or test samples.
void check_classes(const ClassCounts& counts, const std::vector<std::string>& class_names,
                   const std::string& where);

}  // namespace mho
