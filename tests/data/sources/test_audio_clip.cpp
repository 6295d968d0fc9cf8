// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/audio_clip.hpp"

#include <sndfile.h>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/data/recordings.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string error_of(const std::string& bytes) {
  try {
    parse_audio(bytes, "a.wav");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

/// The bytes of a file of another format, written by libsndfile.
std::string written(int format, const std::vector<float>& samples) {
  const TemporaryFolder folder;
  SF_INFO info{};
  info.samplerate = 16000, info.channels = 1, info.format = format;
  auto* file = sf_open((folder / "x").c_str(), SFM_WRITE, &info);
  REQUIRE(file);
  sf_write_float(file, samples.data(), std::ssize(samples));
  sf_close(file);
  return read_text_file(folder / "x");
}

}  // namespace

TEST_CASE("A WAV file gives its rate and its samples between -1 and 1, channels averaged") {
  const auto clip = parse_audio(wav({16384, -32768, 0}, 8000), "a.wav");
  CHECK(clip.sample_rate_hz == 8000);
  CHECK(clip.samples == std::vector<float>{0.5F, -1.0F, 0.0F});
  CHECK(parse_audio(wav({16384, 0, -16384, -16384}, 8000, 2), "a.wav").samples ==
        std::vector<float>{0.25F, -0.5F});
}

TEST_CASE("FLAC and OGG are read too") {
  const std::vector<float> samples(4000, 0.25F);
  const auto flac = parse_audio(written(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, samples), "a.flac");
  CHECK(flac.samples == samples);
  const auto ogg = parse_audio(written(SF_FORMAT_OGG | SF_FORMAT_VORBIS, samples), "a.ogg");
  CHECK(ogg.samples.size() == samples.size());
  CHECK(std::abs(ogg.samples[2000] - 0.25F) < 0.05F);
}

TEST_CASE("A damaged recording is refused with file, offset, expected and found") {
  const auto good = wav(std::vector<std::int16_t>(8, 1), 16000);
  CHECK_THAT(error_of(""),
             ContainsSubstring("a.wav: byte 0: expected 'RIFF' (WAV), 'fLaC' or 'OggS', found the end"));
  CHECK_THAT(error_of("ID3\x03----"), ContainsSubstring("found 49 44 33 03"));
  CHECK_THAT(error_of("RIFF----AVI "), ContainsSubstring("byte 8: expected 'WAVE', found 'AVI '"));
  CHECK_THAT(error_of(good.substr(0, 30)),
             ContainsSubstring("byte 20: expected 16 bytes of 'fmt ', found 10"));
  CHECK_THAT(error_of(good.substr(0, 36)),
             ContainsSubstring("byte 36: expected a 'data' chunk, found the end"));
  CHECK_THAT(error_of(good.substr(0, 50)),
             ContainsSubstring("byte 44: expected 16 bytes of 'data', found 6 (truncated)"));
  CHECK_THAT(error_of(wav({}, 16000)), ContainsSubstring("a.wav: expected samples, found none"));
  auto header = good;
  header[20] = 99;  // no such coding
  CHECK_THAT(error_of(header), ContainsSubstring("a.wav: expected audio, found what libsndfile refuses"));
  CHECK_THAT(error_of(wav({1, 2}, 10)), ContainsSubstring("found 1 at 10 Hz"));
}

TEST_CASE("Samples that are not finite are refused by their position") {
  auto bytes = written(SF_FORMAT_WAV | SF_FORMAT_FLOAT, {0.5F, std::nanf(""), 0.25F});
  CHECK_THAT(error_of(bytes), ContainsSubstring("a.wav: sample 1: expected a finite number, found nan"));
}
