// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/architecture_json.hpp"

#include "core/base/files/text_file.hpp"
#include "core/base/random.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

const std::string example = R"({
  "format": "mho-architecture-1",
  "name": "example",
  "input": [8, 8, 2],
  "layers": [
    {"name": "conv", "kind": "conv2d", "inputs": ["input"], "out_channels": 4, "kernel": [3, 3], "stride": [1, 2],
     "padding": "same"},
    {"name": "pool", "kind": "average_pool", "inputs": ["conv"], "kernel": [2, 2], "stride": [2, 2],
     "padding": [1, 0, 0, 1]},
    {"name": "norm", "kind": "batch_norm", "inputs": ["pool"], "epsilon": 0.001},
    {"name": "dense", "kind": "dense", "inputs": ["norm"], "out_features": 3},
    {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["dense"]}
  ]
}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal_of(const std::string& text) {
  return refusal([&] { read_architecture_json(text, "net.json"); });
}

std::string refusal_of(const std::string& from, const std::string& to) {
  return refusal_of(replaced(example, from, to));
}

/// Reads what may or may not be an architecture: anything but a graph or an InputError fails the test.
bool reads(const std::string& text) {
  try {
    read_architecture_json(text, "fuzz");
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a JSON document gives its graph, with defaults for groups, bias and epsilon") {
  const auto net = read_architecture_json(example, "net.json");
  CHECK(net.name() == "example");
  CHECK(net.input() == Shape{8, 8, 2});
  const auto& conv = std::get<Conv2d>(node(net, "conv").layer);
  CHECK(conv == Conv2d{4, 3, 3, 1, 2, true, {1, 1, 0, 1}, 1, false});
  const auto& pool = std::get<Pool>(node(net, "pool").layer);
  CHECK(pool == Pool{Pool::Kind::average, 2, 2, 2, 2, false, {1, 0, 0, 1}});
  CHECK(std::get<BatchNorm>(node(net, "norm").layer).epsilon == 0.001);
  CHECK(std::get<Dense>(node(net, "dense").layer).bias);
}

TEST_CASE("every built-in network survives a round trip through JSON") {
  for (const auto& name : builtin_names()) {
    INFO(name);
    const auto task = published_task(name);
    const auto net = make_builtin(name, task.input, task.classes);
    const auto again = read_architecture_json(to_json(net), name);
    CHECK(again.name() == net.name());
    CHECK(again.input() == net.input());
    CHECK(again.declarations() == net.declarations());
    CHECK(again.parameters() == net.parameters());
    CHECK(to_json(again) == to_json(net));
  }
}

TEST_CASE("names and numbers that need care survive the round trip") {
  const Architecture net("a \"b\" \\ c", {4, 4, 1},
                         {{"x/y:0 \"q\"", BatchNorm{0.1 + 0.2}, {"input"}},
                          {"d", Dense{2, false}, {"x/y:0 \"q\""}},
                          {"l", Output{}, {"d"}}});
  const auto again = read_architecture_json(to_json(net), "text");
  CHECK(again.name() == net.name());
  CHECK(again.declarations() == net.declarations());
}

TEST_CASE("an architecture loads from a file, and a missing file is a DataError") {
  const TemporaryFolder folder;
  const auto file = folder / "architecture.json";
  const auto net = make_builtin("lenet5", {28, 28, 1}, 10);
  write_file_atomically(file, to_json(net));
  CHECK(load_architecture(file).declarations() == net.declarations());
  write_file_atomically(file, std::string("{}"));
  CHECK_THAT(refusal([&] { load_architecture(file); }), ContainsSubstring(file.string()));
  std::filesystem::remove(file);
  CHECK_THROWS_AS(load_architecture(file), DataError);
}

TEST_CASE("an unknown layer kind or key is refused with the layer, a guess and the known ones") {
  CHECK_THAT(refusal_of("conv2d", "conv2"), ContainsSubstring("net.json: layer 1 'conv'") &&
                                                ContainsSubstring("got 'conv2' (did you mean 'conv2d'?)") &&
                                                ContainsSubstring("global_average_pool"));
  CHECK_THAT(refusal_of("\"epsilon\"", "\"epsilom\""),
             ContainsSubstring("layer 3 'norm'") && ContainsSubstring("'epsilom' (did you mean 'epsilon'?)"));
  CHECK_THAT(refusal_of("\"layers\"", "\"colour\": 1, \"layers\""),
             ContainsSubstring("unknown key") && ContainsSubstring("'colour'"));
  CHECK_THAT(refusal_of("\"conv2d\"", "\"input\""), ContainsSubstring("unknown layer kind"));
}

TEST_CASE("a missing key is refused with its name and place") {
  CHECK_THAT(refusal_of("\"out_channels\": 4, ", ""), ContainsSubstring("layer 1 'conv': missing key") &&
                                                          ContainsSubstring("expected 'out_channels'"));
  CHECK_THAT(refusal_of("\"name\": \"conv\", ", ""),
             ContainsSubstring("layer 1: missing key: expected 'name'"));
  CHECK_THAT(refusal_of("\"input\": [8, 8, 2],", ""), ContainsSubstring("expected 'input', got only format"));
  CHECK_THAT(refusal_of("{}"), ContainsSubstring("an empty object"));
}

TEST_CASE("a wrong type is refused with the layer, the expected and the given") {
  CHECK_THAT(refusal_of("\"out_channels\": 4", "\"out_channels\": 4.5"),
             ContainsSubstring("layer 1 'conv'") && ContainsSubstring("expected a whole number, got 4.5"));
  CHECK_THAT(refusal_of("\"out_channels\": 4", "\"out_channels\": 4000000000"),
             ContainsSubstring("a whole number"));
  CHECK_THAT(refusal_of("\"out_channels\": 4", "\"bias\": 1, \"out_channels\": 4"),
             ContainsSubstring("'bias': expected true or false, got 1"));
  CHECK_THAT(refusal_of("[3, 3]", "[3]"),
             ContainsSubstring("'kernel': expected a list of 2 whole numbers, got a list"));
  CHECK_THAT(refusal_of("[3, 3]", "[3, \"3\"]"),
             ContainsSubstring("'kernel'") && ContainsSubstring("got \"3\""));
  CHECK_THAT(refusal_of("\"same\"", "\"valid\""),
             ContainsSubstring("wrong padding") && ContainsSubstring("\"valid\""));
  CHECK_THAT(refusal_of("[\"input\"]", "\"input\""), ContainsSubstring("'inputs': expected a list of texts"));
  CHECK_THAT(refusal_of("0.001", "null"), ContainsSubstring("'epsilon': expected a number, got null"));
  CHECK_THAT(refusal_of("architecture-1", "architecture-2"), ContainsSubstring("wrong format"));
  CHECK_THAT(refusal_of("[]"), ContainsSubstring("expected an object, got a list of 0"));
}

TEST_CASE("what is not JSON, or has a key twice, is refused") {
  CHECK_THAT(refusal_of(""), ContainsSubstring("net.json: not JSON"));
  CHECK_THAT(refusal_of("\"epsilon\": 0.001", "\"epsilon\": 0.001, \"epsilon\": 0.1"),
             ContainsSubstring("duplicate key") && ContainsSubstring("'epsilon'"));
}

TEST_CASE("what the graph refuses is reported with the document and the layer") {
  CHECK_THAT(
      refusal_of("[\"conv\"]", "[\"cnv\"]"),
      ContainsSubstring("net.json: architecture 'example', layer 'pool'") && ContainsSubstring("'cnv'"));
}

TEST_CASE("no truncation of a document is read") {
  const std::string text = to_json(make_builtin("resnet8", {32, 32, 3}, 10));
  for (size_t length = 0; length + 1 < text.size(); ++length) CHECK_FALSE(reads(text.substr(0, length)));
}

TEST_CASE("a document with any byte changed is read or refused, and never crashes") {
  const std::string text = to_json(make_builtin("lenet5", {28, 28, 1}, 10));
  Random random(RandomKey(11));
  int refused = 0;
  for (size_t at = 0; at < text.size(); ++at)
    for (int repeat = 0; repeat < 4; ++repeat) {
      std::string changed = text;
      changed[at] = static_cast<char>(random.integer(0, 255));
      refused += !reads(changed);
    }
  CHECK(refused > static_cast<int>(text.size()) * 2);
}

TEST_CASE("a document with a piece cut out, doubled or moved is read or refused, and never crashes") {
  const std::string text = to_json(make_builtin("resnet8", {32, 32, 3}, 10));
  const int size = static_cast<int>(text.size());
  Random random(RandomKey(12));
  for (int repeat = 0; repeat < 3000; ++repeat) {
    const auto from = static_cast<size_t>(random.integer(0, size - 1));
    const auto count = static_cast<size_t>(random.integer(1, 40));
    const auto to = static_cast<size_t>(random.integer(0, size - 50));
    std::string cut = text;
    const std::string piece = cut.substr(from, count);
    if (random.chance(0.5)) cut.erase(from, count);
    if (random.chance(0.5)) cut.insert(to, piece);
    reads(cut);
  }
  SUCCEED("no crash");
}

TEST_CASE("numbers of any size in any place are read or refused, and never crash") {
  for (const std::string number : {"0", "-1", "1", "4095", "65536", "2147483647", "-2147483648", "4294967296",
                                   "18446744073709551615", "1e5", "1e400", "-0.0"})
    for (const std::string place : {"8, 8, 2", "3, 3", "1, 2", "1, 0, 0, 1"}) {
      std::string list = place;
      for (size_t at = 0; at < list.size(); at = list.find_first_of("0123456789", at + 1)) {
        std::string changed = list;
        reads(replaced(example, "[" + place + "]", "[" + changed.replace(at, 1, number) + "]"));
      }
      reads(replaced(example, "\"out_channels\": 4", "\"out_channels\": " + number));
      reads(replaced(example, "\"out_features\": 3", "\"out_features\": " + number));
      reads(replaced(example, "0.001", number));
    }
  SUCCEED("no crash");
}

TEST_CASE("deep nesting is refused and never crashes") {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK_FALSE(reads(deep));
  CHECK_FALSE(reads(std::string(200'000, '[')));
  CHECK_FALSE(reads(replaced(example, "\"same\"", deep)));
}

TEST_CASE("preprocessing travels with the network, to the last bit, and is checked") {
  const Architecture plain = make_builtin("lenet5", {28, 28, 1}, 10);
  CHECK_FALSE(plain.preprocessing());
  CHECK_THAT(to_json(plain), !ContainsSubstring("preprocessing"));
  const Architecture own = plain.with_preprocessing({{33.318421449829934}, {78.567489982}});
  const Architecture again = read_architecture_json(to_json(own), "file");
  CHECK(again.preprocessing() == own.preprocessing());
  CHECK(again.declarations() == plain.declarations());
  CHECK_THROWS_WITH(plain.with_preprocessing({{0, 0}, {1}}),
                    ContainsSubstring("mean: expected a finite number"));
  CHECK_THROWS_WITH(plain.with_preprocessing({{0}, {0}}),
                    ContainsSubstring("above 0 for each of 1 channels"));
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string text = to_json(own);
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  CHECK_THROWS_WITH(read_architecture_json(broken("\"mean\"", "\"man\""), "file"),
                    ContainsSubstring("preprocessing: missing key"));
  CHECK_THROWS_WITH(read_architecture_json(broken("[33.318421449829934]", "\"33\""), "file"),
                    ContainsSubstring("a list of numbers"));
}
