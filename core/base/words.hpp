// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mho {

/// How files and messages spell an enum's values, which are 0, 1, 2, ... in this order. Specialised once,
/// beside each enum that has words: template <> inline constexpr std::array words_of<Colour>{"red", "green"}.
template <class Enum>
inline constexpr std::array<const char*, 0> words_of{};

/// An enum that has words.
template <class Enum>
concept Worded = std::is_enum_v<Enum> && !words_of<Enum>.empty();

template <Worded Enum>
std::string word_of(Enum value) {
  return words_of<Enum>.at(static_cast<std::size_t>(value));
}

/// The words of several values, in their order.
template <Worded Enum>
std::vector<std::string> words_for(const std::vector<Enum>& values) {
  std::vector<std::string> words;
  for (const Enum value : values) words.push_back(word_of(value));
  return words;
}

/// Every word.
template <Worded Enum>
std::vector<std::string> all_words() {
  return {words_of<Enum>.begin(), words_of<Enum>.end()};
}

/// The value that a word stands for, if any.
template <Worded Enum>
constexpr std::optional<Enum> find_word(std::string_view word) {
  const auto& words = words_of<Enum>;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word) return static_cast<Enum>(i);
  return std::nullopt;
}

/// Every value.
template <Worded Enum>
constexpr auto all_values() {
  std::array<Enum, words_of<Enum>.size()> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Enum>(i);
  return values;
}

}  // namespace mho
