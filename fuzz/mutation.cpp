// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace mho::fuzz {
namespace {

/// What stands for a number or a word.
constexpr std::array edge_cases = {"0",
                                   "-1",
                                   "1",
                                   "2",
                                   "-0.0",
                                   "1e-320",
                                   "1e308",
                                   "-1e308",
                                   "1e400",
                                   "nan",
                                   "inf",
                                   "-inf",
                                   "255",
                                   "256",
                                   "65536",
                                   "2147483647",
                                   "2147483648",
                                   "-2147483649",
                                   "4294967296",
                                   "4611686018427387904",
                                   "9223372036854775807",
                                   "18446744073709551615",
                                   "18446744073709551616",
                                   "0.5",
                                   "",
                                   "null",
                                   "true",
                                   "[]",
                                   "{}",
                                   "\"\"",
                                   "\"..\"",
                                   "\xff",
                                   "\"\\ud800\"",
                                   "'",
                                   "\n",
                                   "a b"};

size_t place(size_t size, Random& random) {
  return static_cast<size_t>(random.uniform() * static_cast<double>(size));
}

/// A range of up to `most` bytes.
std::pair<size_t, size_t> range(const std::string& text, size_t most, Random& random) {
  const size_t first = place(text.size() + 1, random);
  return {first, std::min(text.size() - first, 1 + place(most, random))};
}

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

/// The word or number around a random place, empty where there is none.
std::pair<size_t, size_t> word(const std::string& text, Random& random) {
  size_t first = place(text.size(), random);
  while (first < text.size() && !in_word(text[first])) ++first;
  while (first > 0 && in_word(text[first - 1])) --first;
  size_t last = first;
  while (last < text.size() && in_word(text[last])) ++last;
  return {first, last - first};
}

void change_byte(std::string& text, Random& random) {
  if (text.empty()) return;
  constexpr std::array values = {0, 1, 127, 128, 255, int{'"'}, int{'['}, int{'\n'}};
  char& byte = text[place(text.size(), random)];
  byte = static_cast<char>(random.chance(0.5) ? byte ^ 1 << random.integer(0, 7)
                                              : values[place(values.size(), random)]);
}

void replace_word(std::string& text, Random& random) {
  const auto [first, size] = word(text, random);
  if (random.chance(0.7)) {
    text.replace(first, size, edge_cases[place(edge_cases.size(), random)]);
  } else {
    const auto [other, other_size] = word(text, random);
    text.replace(first, size, text.substr(other, other_size));
  }
}

void cut(std::string& text, Random& random) {
  const auto [first, size] = range(text, random.chance(0.5) ? 4 : 400, random);
  text.erase(first, size);
}

void repeat(std::string& text, Random& random) {
  const auto [first, size] = range(text, random.chance(0.5) ? 8 : 800, random);
  text.insert(place(text.size() + 1, random), text.substr(first, size));
}

/// A whole line goes, comes twice or changes its place.
void move_line(std::string& text, Random& random) {
  const size_t at = place(text.size() + 1, random),
               before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const size_t first = before == std::string::npos ? 0 : before + 1;
  const std::string line = text.substr(first, std::min(text.find('\n', first), text.size() - 1) - first + 1);
  if (random.chance(0.6)) text.erase(first, line.size());
  const size_t target = text.find('\n', place(text.size() + 1, random));
  if (random.chance(0.6)) text.insert(target == std::string::npos ? 0 : target + 1, line);
}

void nest(std::string& text, Random& random) {
  const auto depth = static_cast<size_t>(random.chance(0.1) ? 200000 : 50);
  std::string deep;
  for (size_t i = 0; i < depth; ++i) deep += random.chance(0.5) ? "[" : "{\"a\":";
  std::string ends(deep.size(), ' ');
  size_t end = 0;
  for (size_t i = deep.size(); i-- > 0;)
    if (deep[i] == '[' || deep[i] == '{') ends[end++] = deep[i] == '[' ? ']' : '}';
  const auto [first, size] = word(text, random);
  text.replace(first, size, deep + "0" + ends.substr(0, end));
}

void cut_off(std::string& text, Random& random) { text.resize(place(text.size() + 1, random)); }

void change(std::string& text, Random& random) {
  const double which = random.uniform();
  if (which < 0.30) return change_byte(text, random);
  if (which < 0.70) return replace_word(text, random);
  if (which < 0.79) return cut(text, random);
  if (which < 0.88) return repeat(text, random);
  if (which < 0.96) return move_line(text, random);
  if (which < 0.98) return cut_off(text, random);
  nest(text, random);
}

}  // namespace

std::string mutate(std::string input, Random& random) {
  const int changes = random.integer(1, 4);
  for (int i = 0; i < changes; ++i) change(input, random);
  return input;
}

}  // namespace mho::fuzz
