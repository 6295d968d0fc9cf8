// SPDX-License-Identifier: Apache-2.0
#include "core/data/recipe.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/fields_json.hpp"

namespace mho {
namespace {

using nlohmann::ordered_json;

template <class Config>
Section section(const char* name, const char* help, Config& config) {
  return {name, help, [&config](FieldVisitor& visitor) { config.fields(visitor); }};
}

void apply(const std::string& kind, Recipe& recipe, const std::filesystem::path& file,
           const std::vector<std::string>& assignments) {
  const auto sections = recipe.sections(kind);
  if (!file.empty()) read_config(file, sections);
  for (const auto& assignment : assignments) set_config(assignment, sections);
}

void check(const std::string& kind, const Recipe& recipe) {
  const auto& [labels, split, audio, features, series, arrays, images, text] = recipe;
  if (kind == "audio") check_features(features);
  if (audio.snr_highest_db < audio.snr_lowest_db)
    throw ConfigError(
        fmt::format("audio.snr_highest_db: expected at least audio.snr_lowest_db ({:g}), got {:g}",
                    audio.snr_lowest_db, audio.snr_highest_db));
  if (audio.noise_folder.empty() && !audio.silence.empty())
    throw ConfigError("audio.silence: expected audio.noise_folder, which it is cut from, got none");
  if (split.validation_percent + split.test_percent >= 100)
    throw ConfigError(fmt::format("split: expected validation_percent + test_percent below 100, got {:g}",
                                  split.validation_percent + split.test_percent));
  if (text.validation_percent + text.test_percent >= 100)
    throw ConfigError(fmt::format("text: expected validation_percent + test_percent below 100, got {:g}",
                                  text.validation_percent + text.test_percent));
  if (split.by == SplitRule::list && labels.list.empty() && kind != "csv")
    throw ConfigError("split.by = \"list\": expected labels.list, got none");
  if (split.by == SplitRule::groups && split.test_groups.empty())
    throw ConfigError("split.by = \"groups\": expected split.test_groups, got none");
}

}  // namespace

void AudioConfig::fields(FieldVisitor& visitor) {
  visitor.field("noise_folder", &noise_folder, anything(),
                "Folder of background recordings, relative to --from; it is no class. Empty for none.");
  visitor.field("noise_copies", &noise_copies, between(0, 100),
                "Varied copies of each training clip, beside the clip itself.");
  visitor.field("snr_lowest_db", &snr_lowest_db, between(-60, 100),
                "Least signal-to-noise ratio of a copy; each draws its own, evenly in dB.");
  visitor.field("snr_highest_db", &snr_highest_db, between(-60, 100), "Most of it.");
  visitor.field("shift_ms", &shift_ms, between(0, 10000), "Most that a copy begins earlier or later.");
  visitor.field("silence", &silence, anything(),
                "Name of a class that is made of pieces of the background recordings; empty for none.");
  visitor.field("silence_percent", &silence_percent, between(0, 1000),
                "Its samples, in percent of all other samples of a split.");
  visitor.field("seed", &seed, anything(), "Seed of copies and pieces.");
}

void SeriesConfig::fields(FieldVisitor& visitor) {
  visitor.field("layout", &layout,
                "wide: a line a sample. long: a line a step. auto: long where sample_columns are given.");
  visitor.field("sample_columns", &sample_columns, anything(),
                "long: columns that are the same in all steps of a recording, which lie together.");
  visitor.field("step_column", &step_column, anything(),
                "long: column that counts up by 1 within a recording; empty for no check.");
  visitor.field("channels", &channels, anything(),
                "Columns of the values, by name or as a range in the table's order: [\"x0..x255\"].");
  visitor.field("channels_a_step", &channels_a_step, between(1, 65536),
                "wide: so many columns one after the other are the channels of one step.");
  visitor.field("window", &window, between(0, 1e7),
                "Steps of a sample, cut from recordings; 0 for whole recordings, all of one length.");
  visitor.field("stride", &stride, between(0, 1e7), "Steps from one window to the next; 0 for the window.");
}

void ArrayConfig::fields(FieldVisitor& visitor) {
  visitor.field("layout", &layout,
                "What *_images.npy hold: N x H x W [x C]; series N x steps [x channels], which become "
                "steps x 1 x channels; features N x F without an order, which become 1 x 1 x F.");
}

void ImageConfig::fields(FieldVisitor& visitor) {
  visitor.field("height", &height, between(1, 4096), "Rows of the prepared pictures.");
  visitor.field("width", &width, between(1, 4096), "Their columns.");
  visitor.field("colour", &colour, "Channels: three, or one (ITU-R BT.601 luma).");
  visitor.field("fit", &fit,
                "Pictures of another shape: cut to the middle, filled up with black, or stretched.");
}

void TextConfig::fields(FieldVisitor& visitor) {
  visitor.field("encoding", &encoding, "Of the file.");
  visitor.field("lower_case", &lower_case, anything(), "A to Z become a to z.");
  visitor.field("join_blanks", &join_blanks, anything(),
                "Blanks, tabs and ends of lines in a row become one blank.");
  visitor.field("vocabulary", &vocabulary, anything(),
                "The characters that the network knows, in the order of their numbers; empty: those of the "
                "text, sorted. 2 to 256.");
  visitor.field("other", &other, anything(),
                "One character, of the vocabulary or put behind it, that stands for all that are not in it; "
                "empty: such a character is an error.");
  visitor.field("steps", &steps, between(1, 16384),
                "Characters of a window; the right answer of each is the character behind it. Windows follow "
                "each other without a gap; what is left at a split's end is not used.");
  visitor.field("validation_percent", &validation_percent, between(0, 99),
                "Characters before the test part that candidates are selected by.");
  visitor.field("test_percent", &test_percent, between(0.001, 99), "Characters at the end of the text.");
  visitor.field("max_characters", &max_characters, between(0, 2e9),
                "Use so many from the beginning, of all splits together; 0 for all.");
}

std::vector<Section> Recipe::sections(const std::string& kind) {
  const auto labelling = section("labels", "Labels: a folder a class, or a CSV file.", labels);
  const auto splitting = section("split", "Training, validation and test samples.", split);
  if (kind == "audio")
    return {labelling, splitting, section("audio", "Variation and silence (audio).", audio),
            section("features", "Features of recordings, and clips (audio).", features)};
  if (kind == "csv")
    return {labelling, splitting, section("series", "Recordings as columns of text (csv).", series)};
  if (kind == "npy") return {section("arrays", "Arrays (npy).", arrays)};
  if (kind == "text") return {section("text", "Characters and windows of a text (text).", text)};
  if (kind == "images") return {labelling, splitting, section("images", "Pictures (images).", images)};
  return {};
}

const std::vector<std::string>& recipe_kinds() {
  static const std::vector<std::string> kinds{"audio", "csv", "npy", "images", "text"};
  return kinds;
}

Recipe read_recipe(const std::string& kind, const std::filesystem::path& file,
                   const std::vector<std::string>& assignments) {
  if (Recipe().sections(kind).empty() && (!file.empty() || !assignments.empty()))
    throw ConfigError(fmt::format("{}: expected no --recipe and no --set for data of this kind", kind));
  Recipe first;
  apply(kind, first, file, assignments);
  Recipe recipe;
  recipe.features = feature_preset(first.features.preset);
  apply(kind, recipe, file, assignments);
  check(kind, recipe);
  return recipe;
}

std::string describe_features(const std::string& kind, const Recipe& recipe) {
  auto copy = recipe;
  ordered_json json{{"input", kind}};
  for (const auto& part : copy.sections(kind))
    if (part.name == "features" || part.name == "series" || part.name == "images" || part.name == "text")
      json.update(ordered_json::parse(fields_to_json(part)));
  return json.dump();
}

FeatureConfig read_audio_features(const std::string& features, const std::string& where) {
  auto json = ordered_json::parse(features.empty() ? "{}" : features, nullptr, false);
  if (!json.is_object()) throw DataError(where + ": features: expected a JSON object");
  const auto input = json.value("input", ordered_json("arrays"));
  if (input != "audio")
    throw ConfigError(
        fmt::format("{}: expected a network for recordings (mho data prepare audio), got one for {}", where,
                    input.is_string() ? input.get<std::string>() : input.dump()));
  for (const char* other : {"input", "mean", "standard_deviation"}) json.erase(other);
  FeatureConfig config;
  fields_from_json(json.dump(), section("features", "", config), where);
  check_features(config);
  return config;
}

std::string describe_recipe(const std::string& kind, const Recipe& recipe) {
  auto copy = recipe;
  ordered_json json = ordered_json::object();
  for (const auto& part : copy.sections(kind)) json[part.name] = ordered_json::parse(fields_to_json(part));
  return json.dump();
}

}  // namespace mho
