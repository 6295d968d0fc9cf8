// SPDX-License-Identifier: Apache-2.0
#include "search/judges/ancestor.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

/// conv - norm - pool - dense, of some sizes.
Architecture network(int first, int second, int classes) {
  return {"net",
          {8, 8, 1},
          {{"conv1", Conv2d{.out_channels = first}, {"input"}},
           {"norm1", BatchNorm{}, {"conv1"}},
           {"conv2", Conv2d{.out_channels = second}, {"norm1"}},
           {"mean", GlobalAveragePool{}, {"conv2"}},
           {"dense", Dense{.out_features = classes}, {"mean"}},
           {"loss", Output{}, {"dense"}}}};
}

Candidate ancestor() {
  auto architecture = network(4, 6, 3);
  auto parameters = initial_parameters(architecture, RandomKey(1));
  for (auto& layer : parameters) {
    if (!layer.weight.empty()) layer.input_range = 2;
    for (auto& value : layer.gamma) value = 0.5F;
  }
  return {architecture, parameters, ""};
}

}  // namespace

TEST_CASE("candidates inherit what fits, layer by layer, and draw the rest as they would without") {
  const auto old = ancestor();
  const auto heir = network(4, 8, 3);  // conv2 has more columns, dense more rows
  const auto drawn = initial_parameters(heir, RandomKey(2));
  const auto found = inherited_parameters(heir, old, RandomKey(2));
  CHECK(found[1].weight == old.parameters[1].weight);
  CHECK(found[1].input_range == 2);
  CHECK(found[2].gamma == old.parameters[2].gamma);
  CHECK(found[3].weight == drawn[3].weight);
  CHECK(found[3].input_range == 0);
  CHECK(found[5].weight == drawn[5].weight);
}

TEST_CASE("an heir of the same layers is the ancestor, one of none is drawn") {
  const auto old = ancestor();
  const auto same = inherited_parameters(network(4, 6, 3), old, RandomKey(2));
  for (size_t n = 0; n < same.size(); ++n) CHECK(same[n].weight == old.parameters[n].weight);
  const Architecture other("other", {8, 8, 1},
                           {{"fc", Dense{.out_features = 3}, {"input"}}, {"loss", Output{}, {"fc"}}});
  CHECK(inherited_parameters(other, old, RandomKey(2))[1].weight ==
        initial_parameters(other, RandomKey(2))[1].weight);
}

TEST_CASE("a matrix of as many numbers but another shape is not inherited") {
  const auto named = [](int rows, int columns) {
    return Architecture("net", {1, 1, rows},
                        {{"fc", Dense{columns, false}, {"input"}}, {"loss", Output{}, {"fc"}}});
  };
  const Candidate old{named(6, 4), initial_parameters(named(6, 4), RandomKey(1)), ""};
  CHECK(inherited_parameters(named(4, 6), old, RandomKey(2))[1].weight ==
        initial_parameters(named(4, 6), RandomKey(2))[1].weight);
}

TEST_CASE("what search.from may be is said") {
  const TemporaryFolder folder;
  CHECK(!load_ancestor("", {}));
  CHECK_THROWS_WITH(load_ancestor((folder / "nothing").string(), {}),
                    ContainsSubstring("search.from: expected a winner folder or an ONNX file, got"));
  CHECK_THROWS_WITH(load_ancestor("model.onnx", {}), ContainsSubstring("needs the Python package"));
}
