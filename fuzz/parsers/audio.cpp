// SPDX-License-Identifier: Apache-2.0
#include <sndfile.h>

#include "core/data/sources/audio_clip.hpp"
#include "fuzz/parsers/inputs.hpp"
#include "fuzz/parsers/parsers.hpp"
#include "tests/data/recordings.hpp"

namespace mho::fuzz {
namespace {

/// A tone as a file of one of libsndfile's formats.
std::string recorded(int format) {
  return written([&](const auto& path) {
    SF_INFO info{};
    info.samplerate = 8000, info.channels = 1, info.format = format;
    auto* file = sf_open(path.c_str(), SFM_WRITE, &info);
    expect(file != nullptr, "cannot write a recording");
    const auto samples = tone(440, 8000, 0.05);
    sf_write_short(file, samples.data(), std::ssize(samples));
    sf_close(file);
  });
}

}  // namespace

Parser audio() {
  const auto read = [](const std::string& bytes) {
    const auto clip = parse_audio(bytes, file_name);
    expect(clip.sample_rate_hz > 0 && !clip.samples.empty(), "a recording without a rate or samples");
  };
  return {"audio",
          {wav(tone(440, 8000, 0.02), 8000), wav(tone(440, 8000, 0.01), 44100, 2),
           recorded(SF_FORMAT_WAV | SF_FORMAT_FLOAT), recorded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16),
           recorded(SF_FORMAT_OGG | SF_FORMAT_VORBIS)},
          read};
}

}  // namespace mho::fuzz
