// SPDX-License-Identifier: Apache-2.0
#include "core/base/config_file.hpp"

#include <limits>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

struct Options {
  bool verbose = false;
  int epochs = 20;
  std::uint64_t seed = 7;
  double rate = 0.1;
  std::string optimizer = "sgd";
  std::string note = "";
  std::vector<int> widths = {8, 16};
  std::vector<double> times = {1.0, 3600.0};
  std::vector<std::string> words = {"a"};

  void fields(FieldVisitor& visitor) {
    visitor.field("verbose", &verbose, anything(), "Say more.");
    visitor.field("epochs", &epochs, between(1, 1000), "Passes over the data.");
    visitor.field("seed", &seed, anything(), "Seed.");
    visitor.field("rate", &rate, between(0, 1), "Step size.");
    visitor.field("optimizer", &optimizer, one_of({"sgd", "adam"}), "Update rule.");
    visitor.field("note", &note, anything(), "Free text.");
    visitor.field("widths", &widths, at_least(1), "Widths.");
    visitor.field("times", &times, at_least(0), "Times in s.");
    visitor.field("words", &words, anything(), "Words.");
  }
  std::vector<Section> sections() {
    return {{"training", "How to train.", [this](FieldVisitor& visitor) { fields(visitor); }}};
  }
};

/// The message of the ConfigError that reading `text` throws.
std::string error_of(const std::string& text) {
  Options options;
  try {
    read_config_text(text, "run.toml", options.sections());
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string set_error_of(const std::string& assignment) {
  Options options;
  try {
    set_config(assignment, options.sections());
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("reading names the keys that a file leaves out") {
  Options options;
  const std::string text = "[training]\nepochs = 3\nrate = 0.5\nnote = \"x\"\nwidths = [1]\ntimes = [1]\n";
  CHECK(
      read_config_text(text, "run.toml", options.sections()) ==
      std::vector<std::string>{"training.verbose", "training.seed", "training.optimizer", "training.words"});
}

TEST_CASE("A file sets the keys it names and keeps the others") {
  Options options;
  read_config_text(
      "[training]\nepochs = 3\nrate = 1\nverbose = true\nwidths = [4]\ntimes = [1, 2.5]\nwords = [\"x\", "
      "\"y\"]\n",
      "run.toml", options.sections());
  CHECK(options.epochs == 3);
  CHECK(options.rate == 1.0);
  CHECK(options.verbose);
  CHECK(options.widths == std::vector<int>{4});
  CHECK(options.times == std::vector<double>{1.0, 2.5});
  CHECK(options.words == std::vector<std::string>{"x", "y"});
  CHECK(options.optimizer == "sgd");
  CHECK(options.seed == 7);
}

TEST_CASE("An unknown key is refused at its line and column with a suggestion") {
  const auto message = error_of("[training]\nepochs = 3\n  epohs = 4\n");
  CHECK_THAT(message, ContainsSubstring("run.toml:3:3"));
  CHECK_THAT(message, ContainsSubstring("unknown key 'epohs' in [training] (did you mean 'epochs'?)"));
  CHECK_THAT(message, ContainsSubstring("known keys: verbose, epochs"));
}

TEST_CASE("An unknown table is refused with a suggestion") {
  const auto message = error_of("\n[trainin]\nepochs = 3\n");
  CHECK_THAT(message, ContainsSubstring("run.toml:2:"));
  CHECK_THAT(message, ContainsSubstring("unknown table [trainin] (did you mean 'training'?)"));
}

TEST_CASE("A key outside any table is refused") {
  CHECK_THAT(error_of("epochs = 3\n"), ContainsSubstring("key 'epochs' stands outside a table"));
}

TEST_CASE("A value of the wrong type is refused with both types") {
  CHECK_THAT(error_of("[training]\nepochs = 2.5\n"),
             ContainsSubstring("run.toml:2:1: training.epochs: expected a whole number, got 2.5"));
  CHECK_THAT(error_of("[training]\nepochs = \"3\"\n"), ContainsSubstring("expected a whole number, got"));
  CHECK_THAT(error_of("[training]\nverbose = 1\n"), ContainsSubstring("expected true or false, got 1"));
  CHECK_THAT(error_of("[training]\nseed = -1\n"), ContainsSubstring("expected a whole number, got -1"));
  CHECK_THAT(error_of("[training]\nrate = \"fast\"\n"), ContainsSubstring("expected a number"));
  CHECK_THAT(error_of("[training]\nnote = 3\n"), ContainsSubstring("expected text"));
  CHECK_THAT(error_of("[training]\nwidths = 3\n"), ContainsSubstring("expected a list of whole numbers"));
  CHECK_THAT(error_of("[training]\nwidths = [3, 1.5]\n"),
             ContainsSubstring("expected a list of whole numbers"));
  CHECK_THAT(error_of("[training]\nepochs = 99999999999\n"), ContainsSubstring("expected a whole number"));
  CHECK_THAT(error_of("[training.epochs]\na = 1\n"), ContainsSubstring("expected a whole number"));
}

TEST_CASE("A value out of range is refused with the range") {
  CHECK_THAT(error_of("[training]\nepochs = 0\n"), ContainsSubstring("expected 1 to 1000, got 0"));
  CHECK_THAT(error_of("[training]\nrate = nan\n"), ContainsSubstring("expected 0 to 1, got nan"));
  CHECK_THAT(error_of("[training]\nwidths = [4, -2]\n"), ContainsSubstring("expected at least 1, got -2"));
  CHECK_THAT(error_of("[training]\noptimizer = \"adm\"\n"),
             ContainsSubstring("expected one of sgd, adam, got 'adm' (did you mean 'adam'?)"));
}

TEST_CASE("A syntax error is reported at its position") {
  const auto message = error_of("[training]\nepochs = = 3\n");
  CHECK_THAT(message, ContainsSubstring("run.toml:2:"));
  CHECK_THAT(message, ContainsSubstring("not valid TOML"));
  CHECK_THAT(error_of("[training]\nepochs = 1\nepochs = 2\n"), ContainsSubstring("run.toml:3:"));
}

TEST_CASE("A refused value leaves the old one") {
  Options options;
  CHECK_THROWS_AS(read_config_text("[training]\nepochs = 0\n", "run.toml", options.sections()), ConfigError);
  CHECK(options.epochs == 20);
}

TEST_CASE("--set assigns one value, text with or without quotes") {
  Options options;
  const auto sections = options.sections();
  set_config("training.epochs=5", sections);
  set_config("training.optimizer=adam", sections);
  set_config("training.note='a = b'", sections);
  set_config("training.times=[1, 2e3]", sections);
  CHECK(options.epochs == 5);
  CHECK(options.optimizer == "adam");
  CHECK(options.note == "a = b");
  CHECK(options.times == std::vector<double>{1, 2000});
  set_config("training.note=say \"hi\" \\ = #1", sections);
  CHECK(options.note == "say \"hi\" \\ = #1");
  set_config("training.note=", sections);
  CHECK(options.note.empty());
}

TEST_CASE("A bad --set is refused and shown") {
  CHECK_THAT(set_error_of("epochs=5"), ContainsSubstring("--set epochs=5: expected section.key=value"));
  CHECK_THAT(set_error_of("training.epochs"), ContainsSubstring("expected section.key=value"));
  CHECK_THAT(set_error_of("training.epochs=many"), ContainsSubstring("--set training.epochs=many"));
  CHECK_THAT(set_error_of("training.epochs=0"), ContainsSubstring("expected 1 to 1000, got 0"));
  CHECK_THAT(set_error_of("training.epoch=1"), ContainsSubstring("did you mean 'epochs'?"));
  CHECK_THAT(set_error_of("trainig.epochs=1"), ContainsSubstring("did you mean 'training'?"));
  CHECK_THAT(set_error_of("training.epochs=1\nrate = 2"), ContainsSubstring("expected one value"));
}

TEST_CASE("What is written reads back to the same values") {
  Options written;
  written.verbose = true;
  written.seed = 9223372036854775807ull;
  written.rate = 0.1 + 0.2;
  written.note = "tab\t quote\" back\\slash\nnew line é";
  written.widths = {};
  written.times = {1e-300, 0.1, 86400, std::numeric_limits<double>::infinity()};
  written.words = {"", "b c"};
  const auto text = write_config(written.sections());
  Options read;
  read_config_text(text, "config.toml", read.sections());
  CHECK(read.verbose == written.verbose);
  CHECK(read.seed == written.seed);
  CHECK(read.rate == written.rate);
  CHECK(read.note == written.note);
  CHECK(read.widths == written.widths);
  CHECK(read.times == written.times);
  CHECK(read.words == written.words);
  CHECK(write_config(read.sections()) == text);
}

TEST_CASE("A seed that TOML cannot hold is refused when written") {
  Options options;
  options.seed = std::numeric_limits<std::uint64_t>::max();
  CHECK_THROWS_WITH(write_config(options.sections()), ContainsSubstring("at most 2^63 - 1"));
}

TEST_CASE("The description has a row for every key") {
  Options options;
  const auto text = describe_config(options.sections());
  CHECK_THAT(text, ContainsSubstring("## [training]"));
  CHECK_THAT(text, ContainsSubstring("| `epochs` | `20` | 1 to 1000 | Passes over the data. |"));
  CHECK_THAT(text, ContainsSubstring("one of sgd, adam"));
}

TEST_CASE("A configuration is read from a file, and a missing file is named") {
  const TemporaryFolder folder;
  const auto file = folder / "run.toml";
  write_file_atomically(file, std::string("[training]\nepochs = 9\n"));
  Options options;
  read_config(file, options.sections());
  CHECK(options.epochs == 9);
  CHECK_THROWS_WITH(read_config(folder / "none.toml", options.sections()), ContainsSubstring("none.toml"));
  CHECK_THROWS_AS(read_config(folder / "none.toml", options.sections()), ConfigError);
}

TEST_CASE("A table inside a table is a section of its own") {
  Options outer, inner;
  const std::vector<Section> sections{{"device", "", [&](FieldVisitor& v) { outer.fields(v); }},
                                      {"device.pcm", "", [&](FieldVisitor& v) { inner.fields(v); }}};
  read_config_text("[device]\nepochs = 3\n[device.pcm]\nepochs = 4\ntimes = [1.5]\n", "run.toml", sections);
  CHECK(outer.epochs == 3);
  CHECK(inner.epochs == 4);
  CHECK(inner.times == std::vector<double>{1.5});
  read_config_text("[device.pcm]\nepochs = 5\n", "run.toml", sections);
  CHECK(inner.epochs == 5);
  set_config("device.pcm.rate=0.25", sections);
  set_config("device.rate=0.5", sections);
  CHECK(inner.rate == 0.25);
  CHECK(outer.rate == 0.5);

  Options outer_copy, inner_copy;
  const std::vector<Section> copies{{"device", "", [&](FieldVisitor& v) { outer_copy.fields(v); }},
                                    {"device.pcm", "", [&](FieldVisitor& v) { inner_copy.fields(v); }}};
  read_config_text(write_config(sections), "run.toml", copies);
  CHECK(write_config(copies) == write_config(sections));

  CHECK_THROWS_WITH(
      read_config_text("[device.pmc]\n", "run.toml", sections),
      ContainsSubstring("run.toml:1:9: unknown table [device.pmc] (did you mean 'device.pcm'?)"));
  CHECK_THROWS_WITH(read_config_text("[device.pcm]\nepoch = 1\n", "run.toml", sections),
                    ContainsSubstring("run.toml:2:1: unknown key 'epoch' in [device.pcm]"));
  CHECK_THROWS_WITH(set_config("device.pcm.epochs=0", sections), ContainsSubstring("got 0"));
}

TEST_CASE("A file that is too large for a configuration is refused by its size") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "run.toml", std::string(largest_config + 1, '\n'));
  CHECK_THROWS_AS(read_config(folder / "run.toml", {}), ConfigError);
  CHECK_THROWS_WITH(read_config(folder / "run.toml", {}),
                    ContainsSubstring("run.toml: too large to read: expected at most 1 MiB"));
}
