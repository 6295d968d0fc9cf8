// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/audio_clip.hpp"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr sf_count_t most_samples = sf_count_t{1} << 28;
constexpr int most_channels = 64, lowest_rate_hz = 1000, highest_rate_hz = 1000000;
constexpr sf_count_t frames_a_block = 4096;
constexpr std::uint32_t unknown_length = 0xffffffff;  // of a WAV that was written into a pipe

[[noreturn]] void fail(const std::string& name, size_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

/// The first four bytes as text, others than letters as hexadecimal digits.
std::string shown(const std::string& bytes, size_t offset) {
  const auto four = bytes.substr(offset, 4);
  if (four.empty()) return "the end";
  if (std::all_of(four.begin(), four.end(), [](unsigned char c) { return c >= ' ' && c < 127; }))
    return fmt::format("'{}'", four);
  std::string text;
  for (const char c : four) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", c & 255);
  return text;
}

std::uint32_t little_endian(const std::string& bytes, size_t offset) {
  std::uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

/// A WAV's chunks up to its samples: libsndfile reads what is there of a file that was cut off, and says no
/// offsets. Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991.
void check_wav(const std::string& bytes, const std::string& name) {
  if (bytes.size() < 12 || bytes.compare(8, 4, "WAVE") != 0)
    fail(name, 8, "'WAVE'", shown(bytes, std::min<size_t>(8, bytes.size())));
  bool format = false;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const auto kind = bytes.substr(at, 4);
    const size_t length = little_endian(bytes, at + 4), rest = bytes.size() - at - 8;
    format |= kind == "fmt ";
    if (kind == "data" && !format) fail(name, at, "a 'fmt ' chunk before the samples", "'data'");
    if (kind == "data" && length == unknown_length) return;
    if (length > rest)
      fail(name, at + 8, fmt::format("{} bytes of '{}'", length, kind), fmt::format("{} (truncated)", rest));
    if (kind == "data") return;
    at += 8 + length + length % 2;
  }
  fail(name, bytes.size(), format ? "a 'data' chunk" : "a 'fmt ' and a 'data' chunk", "the end");
}

void check_beginning(const std::string& bytes, const std::string& name) {
  if (bytes.starts_with("RIFF")) return check_wav(bytes, name);
  if (!bytes.starts_with("fLaC") && !bytes.starts_with("OggS"))
    fail(name, 0, "'RIFF' (WAV), 'fLaC' or 'OggS'", shown(bytes, 0));
}

/// Bytes as the file that libsndfile reads.
struct Memory {
  const std::string& bytes;
  sf_count_t at = 0;
};

sf_count_t length_of(void* file) { return std::ssize(static_cast<Memory*>(file)->bytes); }

sf_count_t seek_in(sf_count_t offset, int from, void* file) {
  auto& memory = *static_cast<Memory*>(file);
  const auto size = length_of(file), base = from == SEEK_SET ? 0 : from == SEEK_CUR ? memory.at : size;
  return memory.at = std::clamp<sf_count_t>(base + std::clamp(offset, -size, size), 0, size);
}

sf_count_t read_from(void* to, sf_count_t count, void* file) {
  auto& memory = *static_cast<Memory*>(file);
  count = std::clamp<sf_count_t>(count, 0, length_of(file) - memory.at);
  std::memcpy(to, memory.bytes.data() + memory.at, static_cast<size_t>(count));
  memory.at += count;
  return count;
}

sf_count_t tell_in(void* file) { return static_cast<Memory*>(file)->at; }

void append_averaged(const std::vector<float>& block, size_t frames, size_t channels,
                     std::vector<float>& samples) {
  for (size_t frame = 0; frame < frames; ++frame) {
    float sum = 0;
    for (size_t c = 0; c < channels; ++c) sum += block[frame * channels + c];
    samples.push_back(sum / static_cast<float>(channels));
  }
}

void check_samples(const AudioClip& clip, const std::string& name) {
  if (clip.samples.empty()) throw DataError(name + ": expected samples, found none");
  for (size_t i = 0; i < clip.samples.size(); ++i)
    if (!std::isfinite(clip.samples[i]))
      throw DataError(
          fmt::format("{}: sample {}: expected a finite number, found {}", name, i, clip.samples[i]));
}

}  // namespace

const std::vector<std::string>& audio_endings() {
  static const std::vector<std::string> endings{".wav", ".flac", ".ogg", ".oga", ".opus"};
  return endings;
}

AudioClip parse_audio(const std::string& bytes, const std::string& name) {
  check_beginning(bytes, name);
  Memory memory{bytes};
  SF_VIRTUAL_IO io{length_of, seek_in, read_from, nullptr, tell_in};
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &memory),
                                                         sf_close);
  if (!file)
    throw DataError(
        fmt::format("{}: expected audio, found what libsndfile refuses: {}", name, sf_strerror(nullptr)));
  if (info.channels < 1 || info.channels > most_channels || info.samplerate < lowest_rate_hz ||
      info.samplerate > highest_rate_hz)
    throw DataError(fmt::format("{}: expected 1 to {} channels at {} to {} Hz, found {} at {} Hz", name,
                                most_channels, lowest_rate_hz, highest_rate_hz, info.channels,
                                info.samplerate));
  AudioClip clip{info.samplerate, {}};
  const auto channels = static_cast<size_t>(info.channels);
  std::vector<float> block(static_cast<size_t>(frames_a_block) * channels);
  for (;;) {
    const auto frames = sf_readf_float(file.get(), block.data(), frames_a_block);
    if (frames <= 0) break;
    append_averaged(block, static_cast<size_t>(frames), channels, clip.samples);
    if (std::ssize(clip.samples) > most_samples)
      throw DataError(fmt::format("{}: expected at most {} samples, found more", name, most_samples));
  }
  if (sf_error(file.get()) != SF_ERR_NO_ERROR)
    throw DataError(fmt::format("{}: sample {}: expected audio, found what libsndfile refuses: {}", name,
                                clip.samples.size(), sf_strerror(file.get())));
  check_samples(clip, name);
  return clip;
}

}  // namespace mho
