// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/config_file.hpp"
#include "core/data/features/feature_config.hpp"
#include "core/data/sources/labels.hpp"
#include "core/data/sources/picture.hpp"

namespace mho {

/// The [audio] table of a recipe: what training clips are varied with before their features are computed.
struct AudioConfig {
  std::string noise_folder = "";  ///< of background recordings, below --from; "" for none
  int noise_copies = 0;           ///< varied copies of each training clip, beside the clip itself
  double snr_lowest_db = 0, snr_highest_db = 20;
  double shift_ms = 0;       ///< copies begin up to this earlier or later
  std::string silence = "";  ///< a class of pieces of the background recordings; "" for none
  double silence_percent = 10;
  std::uint64_t seed = 0;

  void fields(FieldVisitor& visitor);
};

/// wide: a line a sample. steps ("long"): a line a step. automatic ("auto"): what sample_columns say.
enum class SeriesLayout { automatic, wide, steps };
template <>
inline constexpr std::array words_of<SeriesLayout>{"auto", "wide", "long"};

/// The [series] table of a recipe: recordings as numbers in text or arrays.
struct SeriesConfig {
  SeriesLayout layout = SeriesLayout::automatic;
  std::vector<std::string> sample_columns;  ///< long: what the steps of one recording share
  std::string step_column = "";             ///< long: counts up by 1 within a recording; "" for no check
  std::vector<std::string> channels;        ///< columns of the values, or ranges of them ("x0..x255")
  int channels_a_step = 1;                  ///< wide: that many columns are one step
  int window = 0;                           ///< steps; 0 for whole recordings
  int stride = 0;                           ///< from one window to the next; 0: the window

  void fields(FieldVisitor& visitor);
};

/// N x H x W [x C]; N x steps [x channels]; N x features.
enum class ArrayLayout { images, series, features };
template <>
inline constexpr std::array words_of<ArrayLayout>{"images", "series", "features"};

/// The [arrays] table of a recipe.
struct ArrayConfig {
  ArrayLayout layout = ArrayLayout::images;

  void fields(FieldVisitor& visitor);
};

enum class Colour { rgb, grey };
template <>
inline constexpr std::array words_of<Colour>{"rgb", "grey"};

/// The [images] table of a recipe.
struct ImageConfig {
  int height = 96;
  int width = 96;
  Colour colour = Colour::rgb;
  PictureFit fit = PictureFit::crop;

  void fields(FieldVisitor& visitor);
};

enum class TextEncoding { utf8, latin1 };
template <>
inline constexpr std::array words_of<TextEncoding>{"utf-8", "latin-1"};

/// The [text] table of a recipe: how a text becomes windows of characters.
struct TextConfig {
  TextEncoding encoding = TextEncoding::utf8;
  bool lower_case = false;      ///< A to Z become a to z
  bool join_blanks = false;     ///< blanks, tabs and ends of lines in a row become one blank
  std::string vocabulary = "";  ///< characters in the order of their numbers; "": those of the text
  std::string other = "";       ///< one of the vocabulary that stands for all that are not in it
  int steps = 100;              ///< of a window
  double validation_percent = 10, test_percent = 10;  ///< of the characters, at the end
  int max_characters = 0;                             ///< the first ones; 0: all

  void fields(FieldVisitor& visitor);
};

/// How raw recordings become a prepared set: the tables that `mho data prepare` takes, by kind of data.
struct Recipe {
  LabelConfig labels;
  SplitConfig split;
  AudioConfig audio;
  FeatureConfig features;
  SeriesConfig series;
  ArrayConfig arrays;
  ImageConfig images;
  TextConfig text;

  /// The tables of one kind of data, e.g. "audio"; none for kinds that have nothing to say.
  std::vector<Section> sections(const std::string& kind);
};

/// The kinds whose preparation has a recipe: audio, csv, npy, images, text.
const std::vector<std::string>& recipe_kinds();

/// The recipe of a kind of data from a TOML file (empty: none) and assignments "table.key=value", which win.
/// features.preset comes first, wherever it stands. Throws ConfigError.
Recipe read_recipe(const std::string& kind, const std::filesystem::path& file,
                   const std::vector<std::string>& assignments);

/// {"input": "audio", "sample_rate_hz": 16000, ...}: what has to stand before a network that was trained on
/// such a set, the kind's table as an object.
std::string describe_features(const std::string& kind, const Recipe& recipe);
/// The features of recordings from such an object, with or without the normalisation behind them. Throws
/// ConfigError, beginning with `where`, for other data or for "", and DataError for what is no such object.
FeatureConfig read_audio_features(const std::string& features, const std::string& where);
/// The whole recipe as an object, a table a key.
std::string describe_recipe(const std::string& kind, const Recipe& recipe);

}  // namespace mho
