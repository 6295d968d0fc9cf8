// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/kept_values.hpp"

#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/run/network.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("recurrent layers alone keep something for their way back: gates and cells of every step") {
  const Network network(make_builtin("kws_lstm", {49, 10, 1}, 12), {});
  KeptValues kept(network, 3);
  int keepers = 0;
  for (int op = 0; op < static_cast<int>(network.plan().operations.size()); ++op) {
    if (!kept.at(op, 0)) continue;
    ++keepers;
    CHECK(network.node_of(network.plan().operations[static_cast<std::size_t>(op)]).name == "lstm");
    CHECK(kept.at(op, 2) - kept.at(op, 1) == 49 * (4 * 64 + 64));
  }
  CHECK(keepers == 1);
  CHECK(kept.floats() == 3 * 49 * (4 * 64 + 64));
  CHECK(kept_floats(network, 3) == kept.floats());
}

TEST_CASE("a network without recurrent layers keeps nothing") {
  const Network network(make_builtin("resnet8", {32, 32, 3}, 10), {});
  CHECK(kept_floats(network, 64) == 0);
  CHECK(KeptValues(network, 64).floats() == 0);
}
