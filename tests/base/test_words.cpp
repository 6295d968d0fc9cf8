// SPDX-License-Identifier: Apache-2.0
#include "core/base/words.hpp"

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "tests/catch.hpp"

namespace {

enum class Colour { red, light_blue };

}  // namespace

namespace mho {
template <>
inline constexpr std::array words_of<Colour>{"red", "light blue"};
}  // namespace mho

using namespace mho;

namespace {

struct Options {
  Colour colour = Colour::red;
  std::vector<Colour> palette = {};

  std::vector<Section> sections() {
    return {{"paint", "How to paint.", [this](FieldVisitor& visitor) {
               visitor.field("colour", &colour, "Of the wall.");
               visitor.field("palette", &palette, "Colours at hand.");
             }}};
  }
};

std::string refusal(const std::string& assignment) {
  Options options;
  try {
    set_config(assignment, options.sections());
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an enum's values have their words and the other way round") {
  static_assert(Worded<Colour> && !Worded<int>);
  CHECK(all_words<Colour>() == std::vector<std::string>{"red", "light blue"});
  for (const Colour colour : all_values<Colour>()) CHECK(find_word<Colour>(word_of(colour)) == colour);
  CHECK_FALSE(find_word<Colour>("light"));
  CHECK(words_for(std::vector{Colour::light_blue, Colour::red}) ==
        std::vector<std::string>{"light blue", "red"});
}

TEST_CASE("files hold enums as words, and lists of them") {
  Options options;
  read_config_text("[paint]\ncolour = \"light blue\"\npalette = [\"red\", \"light blue\"]\n", "run.toml",
                   options.sections());
  CHECK(options.colour == Colour::light_blue);
  CHECK(options.palette == std::vector{Colour::red, Colour::light_blue});
  CHECK(write_config(options.sections()) ==
        "[paint]\ncolour = 'light blue'\npalette = ['red', 'light blue']\n");
  set_config("paint.colour=red", options.sections());
  set_config("paint.palette=[]", options.sections());
  CHECK(options.colour == Colour::red);
  CHECK(options.palette.empty());
  CHECK_THAT(describe_config(options.sections()),
             ContainsSubstring("| `colour` | `'red'` | one of red, light blue | Of the wall. |"));
}

TEST_CASE("other words and other types are refused as for text") {
  CHECK(refusal("paint.colour=rod") ==
        "--set paint.colour=rod: expected one of red, light blue, got 'rod' (did you mean 'red'?)");
  CHECK(
      refusal("paint.palette=['red', 'rod']") ==
      "--set paint.palette=['red', 'rod']: expected one of red, light blue, got 'rod' (did you mean 'red'?)");
  CHECK(refusal("paint.palette=red").find("not valid TOML") != std::string::npos);
  CHECK_THAT(refusal("paint.palette=[1]"), ContainsSubstring("expected a list of texts"));
}
