// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/audio.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/data/features/audio_features.hpp"
#include "core/data/features/background_noise.hpp"
#include "core/data/features/resample.hpp"
#include "core/data/sources/audio_clip.hpp"
#include "core/data/sources/labelled_files.hpp"
#include "core/data/sources/sample_writer.hpp"

namespace mho {
namespace {

/// Files that are decoded at once, before their samples are put behind the others.
constexpr size_t batch = 256;

struct DecodedClip {
  std::vector<float> samples;  ///< at the recipe's rate, whole or at least a clip of it
  int recorded_hz = 0;
};

class AudioReader {
 public:
  AudioReader(const std::filesystem::path& from, const Recipe& recipe)
      : recipe_(recipe),
        files_(from),
        features_(recipe.features),
        writer_(recipe.features.sample_type(), recipe.features.sample_shape()) {
    read_noise();
    placed_ = place_samples(found_clips(), labels(), recipe.split);
  }

  RawSet read(const CheckGoingOn& check_going_on) {
    for (size_t first = 0; first < placed_.samples.size(); first += batch) {
      check_going_on();
      add_batch(first, std::min(batch, placed_.samples.size() - first));
    }
    if (!recipe_.audio.silence.empty()) add_silence();
    auto set = writer_.finish(placed_.class_names, recipe_.labels.complete, files_.name());
    for (const auto& [rate, count] : recorded_)
      if (rate != recipe_.features.sample_rate_hz)
        set.notes.push_back(fmt::format("{} recording{} resampled from {} to {} Hz", count,
                                        count == 1 ? "" : "s", rate, recipe_.features.sample_rate_hz));
    return set;
  }

 private:
  /// The recipe's, with the class of silence in it.
  LabelConfig labels() const {
    auto config = recipe_.labels;
    const auto& silence = recipe_.audio.silence;
    const auto& classes = config.classes;
    if (silence.empty()) return config;
    if (classes.empty())
      throw ConfigError("audio.silence: expected labels.classes that it is added to, got none");
    if (std::find(classes.begin(), classes.end(), silence) == classes.end())
      config.classes.push_back(silence);
    return config;
  }

  bool is_noise(const std::string& path) const {
    return !recipe_.audio.noise_folder.empty() && path.starts_with(recipe_.audio.noise_folder + "/");
  }

  std::vector<FoundSample> found_clips() const {
    auto found = find_labelled_files(files_, recipe_.labels, recipe_.split, audio_endings());
    std::erase_if(found, [&](const FoundSample& sample) { return is_noise(sample.source); });
    return found;
  }

  DecodedClip decode(const std::string& path, bool whole) const {
    const auto& features = recipe_.features;
    auto clip = parse_audio(files_.read(path), files_.name(path));
    // A second more than the clip, so that the end of what is kept is not that of what is resampled.
    const auto needed = static_cast<size_t>((features.clip_s + 1) * clip.sample_rate_hz);
    if (!whole && features.place == ClipPlace::start && clip.samples.size() > needed)
      clip.samples.resize(needed);
    return {resample(clip.samples, clip.sample_rate_hz, features.sample_rate_hz), clip.sample_rate_hz};
  }

  void read_noise() {
    for (const auto& path : files_.paths())
      if (is_noise(path) && has_ending(path, audio_endings()))
        noise_.add(decode(path, true).samples, features_.config().clip_samples(), files_.name(path));
    if (!recipe_.audio.noise_folder.empty() && noise_.empty())
      throw DataError(fmt::format("{}: expected background recordings (audio.noise_folder), found none",
                                  files_.name(recipe_.audio.noise_folder)));
  }

  /// The samples that come of one recording: itself and, for training, its copies.
  std::vector<std::vector<char>> samples_of(const PlacedSample& sample,
                                            const std::vector<float>& recording) const {
    const auto& audio = recipe_.audio;
    std::vector<std::vector<char>> samples{features_.sample(features_.fit(recording))};
    for (int copy = 0; sample.part == Part::train && copy < audio.noise_copies; ++copy) {
      Random random(RandomKey(audio.seed).with(sample.source, static_cast<std::uint64_t>(copy)));
      auto clip = shifted(features_.fit(recording),
                          static_cast<int>(audio.shift_ms * recipe_.features.sample_rate_hz / 1000), random);
      const double snr =
          audio.snr_lowest_db + random.uniform() * (audio.snr_highest_db - audio.snr_lowest_db);
      if (!noise_.empty()) noise_.mix(clip, snr, random);
      samples.push_back(features_.sample(clip));
    }
    return samples;
  }

  void add_batch(size_t first, size_t count) {
    std::vector<std::vector<std::vector<char>>> samples(count);
    std::vector<int> rates(count);
    parallel_for(count, [&](size_t i) {
      const auto& sample = placed_.samples[first + i];
      const auto clip = decode(sample.source, false);
      rates[i] = clip.recorded_hz;
      samples[i] = samples_of(sample, clip.samples);
    });
    for (size_t i = 0; i < count; ++i) {
      const auto& sample = placed_.samples[first + i];
      ++recorded_[rates[i]];
      for (const auto& bytes : samples[i]) writer_.add(sample.part, sample.label, bytes);
    }
  }

  void add_silence() {
    const auto& names = placed_.class_names;
    const auto label =
        static_cast<int>(std::find(names.begin(), names.end(), recipe_.audio.silence) - names.begin());
    std::map<Part, double> counts;
    for (const auto& sample : placed_.samples) ++counts[sample.part];
    for (const auto& [part, others] : counts) {
      const auto key = RandomKey(recipe_.audio.seed).with("silence", static_cast<std::uint64_t>(part));
      const auto count = static_cast<std::uint64_t>(std::ceil(others * recipe_.audio.silence_percent / 100));
      for (std::uint64_t i = 0; i < count; ++i) {
        Random random(key.with("piece", i));
        auto clip = noise_.piece(random);
        const auto volume = static_cast<float>(random.uniform());
        for (float& value : clip) value *= volume;
        writer_.add(part, label, features_.sample(clip));
      }
    }
  }

  const Recipe& recipe_;
  SourceFiles files_;
  AudioFeatures features_;
  BackgroundNoise noise_;
  SampleWriter writer_;
  PlacedSamples placed_;
  std::map<int, int> recorded_;  ///< recordings of each rate
};

}  // namespace

RawSet read_audio(const std::filesystem::path& from, const Recipe& recipe,
                  const CheckGoingOn& check_going_on) {
  return AudioReader(from, recipe).read(check_going_on);
}

}  // namespace mho
