// SPDX-License-Identifier: Apache-2.0
#include "core/base/suggest.hpp"

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("The nearest known word is suggested") {
  CHECK(did_you_mean("epohcs", {"epochs", "batch_size"}) == " (did you mean 'epochs'?)");
  CHECK(did_you_mean("resnet", {"resnet8", "resnet18"}) == " (did you mean 'resnet8'?)");
  CHECK(did_you_mean("learning_rat", {"learning_rate", "momentum"}) == " (did you mean 'learning_rate'?)");
}

TEST_CASE("Nothing is suggested when nothing is near") {
  CHECK(did_you_mean("zebra", {"epochs", "momentum"}).empty());
  CHECK(did_you_mean("epochs", {}).empty());
  CHECK(did_you_mean("", {"a", "ab"}).empty());
  CHECK(did_you_mean("ab", {"xy"}).empty());
}

TEST_CASE("Words are joined with the separator between them, empty ones too") {
  CHECK(join({}) == "");
  CHECK(join({"a"}) == "a");
  CHECK(join({"a", "b", "c"}) == "a, b, c");
  CHECK(join({"", "b"}, "|") == "|b");
}
