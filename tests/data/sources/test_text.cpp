// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/text.hpp"

#include <string>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

RawSet parse(const std::string& text, std::vector<std::string> keys = {}) {
  if (keys.empty()) keys = {"text.steps=4", "text.validation_percent=25", "text.test_percent=25"};
  return parse_text(text, "book.txt", read_recipe("text", "", keys));
}

/// The characters of a split's windows, and those that follow.
std::string read(const RawSet& set, const RawSamples& samples, bool next) {
  std::string text;
  for (const auto number : samples.images.as_int()) text += set.class_names[static_cast<size_t>(number)];
  if (!next) return text;
  text.clear();
  for (const int number : samples.targets) text += set.class_names[static_cast<size_t>(number)];
  return text;
}

}  // namespace

TEST_CASE("a text becomes windows that follow each other, split by position, with the next characters") {
  // 10 + 5 + 5 characters: two windows of four and its next one fit into none but the first part.
  const auto set = parse("abcdefghijabcdeabcde");
  CHECK(set.classes == 10);
  CHECK(vocabulary_of(set) == "abcdefghij");
  CHECK(set.train.images.shape == std::vector<std::int64_t>{2, 4, 1, 1});
  CHECK(set.train.images.dtype == "|u1");
  CHECK(read(set, set.train, false) == "abcdefgh");
  CHECK(read(set, set.train, true) == "bcdefghi");
  CHECK(read(set, set.validation, false) == "abcd");
  CHECK(read(set, set.validation, true) == "bcde");
  CHECK(read(set, set.test, true) == "bcde");
}

TEST_CASE("characters are those of the recipe: case, blanks, a vocabulary with one that stands for others") {
  const auto set =
      parse("Ab \n\t cA b cAb cz c Ab cAb",
            {"text.steps=2", "text.lower_case=true", "text.join_blanks=true", "text.vocabulary=cba ",
             "text.other=?", "text.test_percent=20", "text.validation_percent=20"});
  CHECK(vocabulary_of(set) == "cba ?");
  CHECK(read(set, set.train, false) == "ab ca b cab c?");
  const auto latin = parse("\xE9t\xE9 \xE9t\xE9 \xE9t\xE9 \xE9t\xE9 \xE9t\xE9 \xE9t\xE9",
                           {"text.steps=1", "text.encoding=latin-1"});
  CHECK(vocabulary_of(latin) == " t\xC3\xA9");
  const auto utf8 = parse(
      "\xC3\xA9t\xC3\xA9 \xC3\xA9t\xC3\xA9 \xC3\xA9t\xC3\xA9 \xC3\xA9t\xC3\xA9 \xF0\x9F\x99\x82t\xC3\xA9 "
      "t\xC3\xA9",
      {"text.steps=1"});
  CHECK(vocabulary_of(utf8) == " t\xC3\xA9\xF0\x9F\x99\x82");
}

TEST_CASE("what makes no windows is refused, and says where") {
  CHECK_THROWS_WITH(parse("abcdefgh"), ContainsSubstring("book.txt: expected a window of text.steps = 4 "
                                                         "characters and the one behind it in the training "
                                                         "part, found 4"));
  CHECK_THROWS_WITH(
      parse("abab\nab!abababababababababababab", {"text.steps=1", "text.vocabulary=\"ab\\n\""}),
      ContainsSubstring("book.txt: line 2, column 3: expected a character of text.vocabulary, found "
                        "'!' (U+0021)"));
  CHECK_THROWS_WITH(parse("ab\xFFgabababababababababa", {"text.steps=1"}),
                    ContainsSubstring("book.txt: byte 2: expected UTF-8 (text.encoding), found 0xff"));
  CHECK_THROWS_WITH(parse("aaaaaaaaaaaaaaaaaaaaaaaaa"),
                    ContainsSubstring("expected 2 to 256 different characters"));
  CHECK_THROWS_WITH(parse("ababababababababababab", {"text.steps=1", "text.vocabulary=aba"}),
                    ContainsSubstring("text.vocabulary: expected each character once, got 'a' twice"));
  CHECK_THROWS_WITH(parse("ababababababababababab", {"text.validation_percent=60", "text.test_percent=40"}),
                    ContainsSubstring("expected validation_percent + test_percent below 100, got 100"));
}
