// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"

namespace mho {
namespace {

/// Numbers of characters are one byte.
constexpr size_t most_characters = 256;

using Characters = std::u32string;

/// Bytes of the character that begins with `lead`; 0 where none does.
size_t utf8_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

/// The character at `at`, which moves behind it; nothing where the bytes are no UTF-8 (RFC 3629).
std::optional<char32_t> next_utf8(const std::string& bytes, size_t& at) {
  const auto lead = static_cast<unsigned char>(bytes[at]);
  const size_t length = utf8_length(lead);
  if (length == 0 || at + length > bytes.size()) return std::nullopt;
  char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    code = code << 6 | (byte & 0x3Fu);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  at += length;
  return code;
}

Characters decode(const std::string& bytes, TextEncoding encoding, const std::string& name) {
  Characters text;
  text.reserve(bytes.size());
  if (encoding == TextEncoding::latin1) {
    for (const char byte : bytes) text.push_back(static_cast<unsigned char>(byte));
    return text;
  }
  for (size_t at = 0; at < bytes.size();) {
    const auto code = next_utf8(bytes, at);
    if (!code)
      throw DataError(fmt::format("{}: byte {}: expected UTF-8 (text.encoding), found 0x{:02x}", name, at,
                                  static_cast<unsigned char>(bytes[at])));
    text.push_back(*code);
  }
  if (!text.empty() && text.front() == 0xFEFF) text.erase(0, 1);  // byte order mark
  return text;
}

std::string encode(char32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// As the recipe wants the characters.
Characters cleaned(const Characters& text, const TextConfig& config) {
  Characters clean;
  clean.reserve(text.size());
  for (char32_t c : text) {
    if (config.max_characters > 0 && std::ssize(clean) == config.max_characters) break;
    if (config.lower_case && c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (config.join_blanks && is_blank(c)) {
      if (!clean.empty() && clean.back() == ' ') continue;
      c = ' ';
    }
    clean.push_back(c);
  }
  return clean;
}

/// The characters with their numbers.
class Vocabulary {
 public:
  Vocabulary(const Characters& text, const TextConfig& config, const std::string& name) {
    Characters all = decode(config.vocabulary, TextEncoding::utf8, "text.vocabulary");
    const auto other = decode(config.other, TextEncoding::utf8, "text.other");
    if (other.size() > 1)
      throw ConfigError(fmt::format("text.other: expected one character, got '{}'", config.other));
    if (all.empty()) {
      all = text;
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
    }
    if (!other.empty() && all.find(other[0]) == all.npos) all.push_back(other[0]);
    check_size(all.size(), config, name);
    for (const char32_t c : all) {
      if (!numbers_.emplace(c, static_cast<int>(characters_.size())).second)
        throw ConfigError(
            fmt::format("text.vocabulary: expected each character once, got '{}' twice", encode(c)));
      characters_.push_back(encode(c));
    }
    if (!other.empty()) other_ = numbers_.at(other[0]);
  }

  const std::vector<std::string>& characters() const { return characters_; }

  std::optional<int> number_of(char32_t c) const {
    const auto found = numbers_.find(c);
    return found == numbers_.end() ? other_ : found->second;
  }

 private:
  static void check_size(size_t size, const TextConfig& config, const std::string& name) {
    if (size >= 2 && size <= most_characters) return;
    const auto message =
        fmt::format("expected 2 to {} different characters, found {}{}", most_characters, size,
                    size < 2 ? "" : " (text.vocabulary and text.other leave out rare ones)");
    if (config.vocabulary.empty()) throw DataError(name + ": " + message);
    throw ConfigError("text.vocabulary: " + message);
  }

  std::map<char32_t, int> numbers_;
  std::vector<std::string> characters_;
  std::optional<int> other_;
};

/// Where a character stands first in the text as it came, whichever its case.
[[noreturn]] void fail_outside(char32_t wrong, const Characters& text, const std::string& name) {
  size_t line = 1, column = 1;
  for (const char32_t c : text) {
    if (c == wrong || (wrong >= 'a' && wrong <= 'z' && c == wrong - ('a' - 'A'))) break;
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n';
  }
  throw DataError(fmt::format(
      "{}: line {}, column {}: expected a character of text.vocabulary, found '{}' (U+{:04X}); text.other "
      "names one that stands for all others",
      name, line, column, encode(wrong), static_cast<std::uint32_t>(wrong)));
}

/// Windows of `steps` characters from [first, last), and what follows each character.
RawSamples windows_of(const std::vector<std::uint8_t>& text, std::pair<size_t, size_t> part, size_t steps) {
  const auto [first, last] = part;
  const size_t count = last > first + steps ? (last - first - 1) / steps : 0, used = count * steps;
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = begin + static_cast<std::ptrdiff_t>(used);
  RawSamples samples;
  samples.images = NpyArray::from(std::vector<std::uint8_t>(begin, end),
                                  {static_cast<std::int64_t>(count), static_cast<std::int64_t>(steps), 1, 1});
  samples.labels.resize(count);
  if (count > 0) samples.targets.assign(begin + 1, end + 1);
  return samples;
}

void check_length(size_t characters, size_t steps, const char* part, const std::string& name) {
  if (characters <= steps)
    throw DataError(fmt::format(
        "{}: expected a window of text.steps = {} characters and the one behind it in the {} part, found {}",
        name, steps, part, characters));
}

/// Where the validation and the test part begin.
struct Cuts {
  size_t validation, test;
};

Cuts cuts_of(size_t characters, const TextConfig& config, const std::string& name) {
  const auto share = [&](double percent) {
    return static_cast<size_t>(percent / 100 * static_cast<double>(characters));
  };
  const size_t test = characters - share(config.test_percent);
  const size_t validation = test - share(config.validation_percent);
  const auto steps = static_cast<size_t>(config.steps);
  check_length(validation, steps, "training", name);
  if (config.validation_percent > 0) check_length(test - validation, steps, "validation", name);
  check_length(characters - test, steps, "test", name);
  return {validation, test};
}

}  // namespace

RawSet parse_text(const std::string& bytes, const std::string& name, const Recipe& recipe) {
  const auto& config = recipe.text;
  const auto raw = decode(bytes, config.encoding, name);
  const auto text = cleaned(raw, config);
  const auto cuts = cuts_of(text.size(), config, name);
  const Vocabulary vocabulary(text, config, name);
  std::vector<std::uint8_t> numbers;
  numbers.reserve(text.size());
  for (const char32_t c : text) {
    const auto number = vocabulary.number_of(c);
    if (!number) fail_outside(c, raw, name);
    numbers.push_back(static_cast<std::uint8_t>(*number));
  }
  RawSet set;
  set.kind = "text";
  set.class_names = vocabulary.characters();
  set.classes = static_cast<int>(set.class_names.size());
  const auto steps = static_cast<size_t>(config.steps);
  set.train = windows_of(numbers, {0, cuts.validation}, steps);
  set.validation = windows_of(numbers, {cuts.validation, cuts.test}, steps);
  set.test = windows_of(numbers, {cuts.test, numbers.size()}, steps);
  complete_raw_set(set, name);
  return set;
}

RawSet read_text(const std::filesystem::path& from, const Recipe& recipe) {
  return parse_text(read_maybe_compressed(from), from.string(), recipe);
}

std::string vocabulary_of(const RawSet& set) {
  std::string all;
  for (const auto& character : set.class_names) all += character;
  return all;
}

}  // namespace mho
