// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// A recording, channels averaged to one.
struct AudioClip {
  int sample_rate_hz = 0;
  std::vector<float> samples;  ///< whole-number formats divided by their largest value: -1 to 1
};

/// Decodes the bytes of a WAV, FLAC or OGG (Vorbis, Opus) file by libsndfile; `name` stands for the file in
/// messages. Throws DataError (file, offset or reason, expected, found) for another format, a header or
/// a stream that is damaged or cut off, no samples, samples that are not finite, and more than 2^28 of them.
AudioClip parse_audio(const std::string& bytes, const std::string& name);

/// The endings of the files that parse_audio reads.
const std::vector<std::string>& audio_endings();

}  // namespace mho
