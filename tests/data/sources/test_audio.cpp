// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/audio.hpp"

#include <map>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "core/data/sources/csv_table.hpp"
#include "core/data/sources/labelled_files.hpp"
#include "tests/catch.hpp"
#include "tests/data/recordings.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

const CheckGoingOn go_on = [] {};

/// Two words, low and high tones, three recordings each for training and one for testing, of 0.1 s.
struct Words {
  TemporaryFolder folder;

  explicit Words(int rate_hz = 8000) {
    for (const std::string word : {"high", "low"})
      for (int i = 0; i < 4; ++i)
        add((i < 3 ? "train/" : "test/") + word + "/" + std::to_string(i) + ".wav",
            tone((word == "low" ? 300 : 900) + 20 * i, rate_hz, 0.1), rate_hz);
  }
  void add(const std::string& path, const std::vector<std::int16_t>& samples, int rate_hz) const {
    write_file_atomically(folder / path, wav(samples, rate_hz));
  }
  RawSet read(const Recipe& recipe) const { return read_audio(folder.path(), recipe, go_on); }
};

Recipe short_clips(const std::vector<std::string>& more = {}) {
  std::vector<std::string> keys{"features.clip_s=0.1", "features.sample_rate_hz=8000",
                                "features.fft_size=256"};
  keys.insert(keys.end(), more.begin(), more.end());
  return read_recipe("audio", "", keys);
}

std::string error_of(const Words& words, const Recipe& recipe = short_clips()) {
  try {
    words.read(recipe);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A folder of recordings becomes a set of features") {
  const auto set = Words().read(short_clips());
  CHECK(set.class_names == std::vector<std::string>{"high", "low"});
  CHECK(sample_shape(set) == std::array<int, 3>{4, 10, 1});
  CHECK(set.train.images.dtype == "|i1");
  CHECK(set.train.labels == std::vector<int>{0, 0, 0, 1, 1, 1});
  CHECK(set.test.labels == std::vector<int>{0, 1});
  CHECK(set.notes.empty());
}

TEST_CASE("Waveforms and log-mel channels have the shapes of 1-D networks") {
  const Words words;
  const auto waves = words.read(short_clips({"features.kind=waveform", "features.storage=float32"}));
  CHECK(sample_shape(waves) == std::array<int, 3>{800, 1, 1});
  CHECK(waves.train.images.as_float()[1] == tone(900, 8000, 0.1)[1] / 32768.0F);
  const auto bands = words.read(short_clips({"features.kind=log_mel", "features.layout=channels"}));
  CHECK(sample_shape(bands) == std::array<int, 3>{4, 1, 40});
}

TEST_CASE("Recordings of other rates are resampled, and the set says so") {
  Words words;
  words.add("train/low/9.wav", tone(300, 44100, 0.1), 44100);
  const auto set = words.read(short_clips());
  CHECK(set.notes == std::vector<std::string>{"1 recording resampled from 44100 to 8000 Hz"});
  const auto values = set.train.images.as_int();
  // Of the two windows that touch no end of the clip: the tone at both rates, and another one.
  const auto distance = [&](int one, int other) {
    std::int64_t sum = 0;
    for (int i = 10; i < 30; ++i) {
      const auto at = [&](int clip) { return values[static_cast<size_t>(clip * 40 + i)]; };
      sum += std::abs(at(one) - at(other));
    }
    return sum;
  };
  CHECK(4 * distance(3, 6) < distance(0, 6));
}

TEST_CASE("Varied copies stand beside each training clip, the same for any number of threads") {
  Words words;
  words.add("_noise_/hum.wav", tone(50, 8000, 1), 8000);
  const auto recipe =
      short_clips({"audio.noise_folder=_noise_", "audio.noise_copies=2", "audio.shift_ms=10"});
  const auto plain = words.read(short_clips()), varied = words.read(recipe);
  CHECK(varied.train.labels == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(varied.test.images.bytes == plain.test.images.bytes);
  const auto clip = [&](const RawSet& set, int i) {
    return std::vector<char>(set.train.images.bytes.begin() + i * 40,
                             set.train.images.bytes.begin() + i * 40 + 40);
  };
  CHECK(clip(varied, 3) == clip(plain, 1));
  CHECK(clip(varied, 4) != clip(plain, 1));
  CHECK(clip(varied, 4) != clip(varied, 5));
  set_thread_count(1);
  CHECK(words.read(recipe).train.images.bytes == varied.train.images.bytes);
  set_thread_count(0);
}

TEST_CASE("Pieces of background recordings are the class of silence") {
  Words words;
  words.add("_noise_/hum.wav", tone(50, 8000, 1), 8000);
  const auto set =
      words.read(short_clips({"audio.noise_folder=_noise_", "audio.silence=silence",
                              "audio.silence_percent=50", "labels.classes=[\"low\", \"high\"]"}));
  CHECK(set.class_names == std::vector<std::string>{"low", "high", "silence"});
  CHECK(set.train.labels == std::vector<int>{1, 1, 1, 0, 0, 0, 2, 2, 2});
  CHECK(set.test.labels == std::vector<int>{1, 0, 2});
  CHECK_THAT(error_of(words, short_clips({"audio.noise_folder=_nose_"})),
             ContainsSubstring("_nose_: expected background recordings (audio.noise_folder), found none"));
}

TEST_CASE("A class with one clip and a damaged recording are refused") {
  Words words;
  words.add("train/odd/1.wav", tone(100, 8000, 0.1), 8000);
  CHECK_THAT(error_of(words),
             ContainsSubstring("class 'odd': expected samples to train and to test on, found 1 "
                               "training, 0 validation and 0 test samples"));
  CHECK(error_of(words, short_clips({"labels.complete=false"})) == "no error");
  words.add("test/odd/1.wav", {}, 8000);
  CHECK_THAT(error_of(words), ContainsSubstring("test/odd/1.wav: expected samples, found none"));
}

TEST_CASE("Speech Commands' own split of its speakers is found by its rule") {
  const auto data = real_data("speech-commands-3");
  if (!data) return;
  const SourceFiles files(*data / "wav.tar.xz");
  const CsvTable list(files.read("labels.csv"), "labels.csv");
  SplitConfig hash;
  hash.by = SplitRule::hash;
  const auto placed = place_samples(find_labelled_files(files, {}, hash, {".wav"}), {}, hash);
  std::map<std::string, Part> found;
  for (const auto& sample : placed.samples) found[sample.source] = sample.part;
  REQUIRE(found.size() == 750);
  int wrong = 0;
  for (size_t row = 0; row < list.rows(); ++row)
    wrong += static_cast<int>(found.at(std::string(list.cell(row, 0)))) !=
             part_named(std::string(list.cell(row, list.column("split"))));
  CHECK(wrong == 0);
}
