// SPDX-License-Identifier: Apache-2.0
#include "core/data/recipe.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("A preset is where all other keys start from, wherever it stands") {
  const auto recipe = read_recipe("audio", "", {"features.bands=32", "features.preset=mlperf_streaming"});
  CHECK(recipe.features.bands == 32);
  CHECK(recipe.features.kind == FeatureKind::log_mel);
  CHECK(recipe.features.window_ms == 64);
}

TEST_CASE("A file of a recipe is read, and assignments win") {
  const TemporaryFolder folder;
  write_file_atomically(
      folder / "r.toml",
      std::string("[features]\npreset = \"mlperf_kws\"\ncoefficients = 12\n[split]\nby = \"hash\"\n"));
  const auto recipe = read_recipe("audio", folder / "r.toml", {"features.coefficients=13"});
  CHECK(recipe.features.coefficients == 13);
  CHECK(recipe.features.amplitude == Amplitude::peak);
  CHECK(recipe.split.by == SplitRule::hash);
}

TEST_CASE("Tables of another kind of data, wrong words and keys that do not fit are refused") {
  CHECK_THROWS_WITH(read_recipe("csv", "", {"features.bands=32"}), ContainsSubstring("features"));
  CHECK_THROWS_WITH(read_recipe("audio", "", {"features.preset=mlperf"}), ContainsSubstring("mlperf_kws"));
  CHECK_THROWS_WITH(read_recipe("mnist", "", {"split.by=hash"}),
                    ContainsSubstring("mnist: expected no --recipe and no --set"));
  CHECK_THROWS_WITH(read_recipe("audio", "", {"audio.silence=quiet"}),
                    ContainsSubstring("audio.noise_folder"));
  CHECK_THROWS_WITH(read_recipe("audio", "", {"split.by=groups"}), ContainsSubstring("split.test_groups"));
  CHECK_THROWS_WITH(read_recipe("audio", "", {"split.by=list"}), ContainsSubstring("labels.list"));
  CHECK_THROWS_WITH(read_recipe("audio", "", {"split.test_percent=90"}),
                    ContainsSubstring("below 100, got 100"));
  CHECK_NOTHROW(read_recipe("mnist", "", {}));
}

TEST_CASE("What stands before the network is told with every key") {
  const auto json =
      nlohmann::json::parse(describe_features("audio", read_recipe("audio", "", {"features.bands=32"})));
  CHECK(json["input"] == "audio");
  CHECK(json["bands"] == 32);
  CHECK(json["window_ms"] == 30);
  CHECK(nlohmann::json::parse(describe_recipe("images", {})).contains("split"));
}
