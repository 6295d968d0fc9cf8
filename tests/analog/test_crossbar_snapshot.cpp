// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/crossbar_snapshot.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const std::vector<SavedPlane> planes{{"plus", 3}, {"minus", 3}};
const CrossbarSnapshot some{{1, 2}, {}, {{3, 4, 5}, {6, 7, 8}}, {{}, {9, 10, 11}}};

std::map<std::string, NamedTensor> saved() {
  std::map<std::string, NamedTensor> tensors;
  save_snapshot(some, planes, "layer.", tensors);
  return tensors;
}

}  // namespace

TEST_CASE("a snapshot comes back, with what it may leave out") {
  const auto found = load_snapshot(2, planes, "layer.", saved());
  CHECK(found.scales == some.scales);
  CHECK(found.baseline.empty());
  CHECK(found.targets_us == some.targets_us);
  CHECK(found.references_us == some.references_us);
}

TEST_CASE("a snapshot of another matrix is refused with the tensor, expected and found") {
  CHECK_THROWS_WITH(load_snapshot(3, planes, "layer.", saved()),
                    "crossbar state: tensor layer.scales: expected 3 numbers, found 2");
  auto tensors = saved();
  tensors.erase("layer.minus.targets_us");
  CHECK_THROWS_WITH(load_snapshot(2, planes, "layer.", tensors),
                    "crossbar state: tensor layer.minus.targets_us: expected 3 numbers, found 0");
  CHECK_THROWS_AS(load_snapshot(2, planes, "other.", saved()), DataError);
}
