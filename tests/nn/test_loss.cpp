// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/loss.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace mho;

namespace {

const std::vector<float> scores{0.5f, -1.0f, 2.0f, 0.1f, 0.3f, -0.2f};  // two images, three outputs
const std::vector<int> labels{2, 0};
const std::vector<float> values{1.0f, 0.0f, 2.5f, -1.0f, 0.3f, 0.0f};

struct Added {
  double loss;
  std::vector<float> gradient;
};

/// The mean loss and its gradient.
Added add(const Loss& loss, const std::vector<float>& at) {
  Added added{0, std::vector<float>(at.size())};
  LossSums sums;
  loss.add({.scores = at.data(),
            .labels = labels.data(),
            .values = values.data(),
            .images = 2,
            .classes = 3,
            .batch = 2,
            .gradient = added.gradient.data()},
           sums);
  added.loss = sums.loss / 2;
  return added;
}

/// The gradient against central differences; scores are floats, so steps are large and bounds are loose.
void check_gradient(const Loss& loss) {
  const auto gradient = add(loss, scores).gradient;
  for (size_t i = 0; i < scores.size(); ++i) {
    auto up = scores, down = scores;
    up[i] += 1e-2f;
    down[i] -= 1e-2f;
    const double slope = (add(loss, up).loss - add(loss, down).loss) / (double(up[i]) - down[i]);
    CHECK(gradient[i] == Approx(slope).margin(1e-5));
  }
}

}  // namespace

TEST_CASE("every loss has the gradient that finite differences find") {
  check_gradient(SoftmaxCrossEntropy(0));
  check_gradient(SoftmaxCrossEntropy(0.1));
  check_gradient(SoftmaxCrossEntropy(0.1, {2, 0.5, 0.25}));
  check_gradient(MeanSquaredError());
}

TEST_CASE("the mean squared error is a mean over outputs and images") {
  const auto added = add(MeanSquaredError(), scores);
  CHECK(added.loss == Approx((0.25 + 1 + 0.25 + 1.21 + 0 + 0.04) / 6));
}

TEST_CASE("class weights multiply a sample's loss and gradient, and equal ones change no bit") {
  const auto plain = add(SoftmaxCrossEntropy(0), scores),
             same = add(SoftmaxCrossEntropy(0, {1, 1, 1}), scores);
  CHECK(plain.loss == same.loss);
  CHECK(plain.gradient == same.gradient);
  const auto third = add(SoftmaxCrossEntropy(0, {0, 1, 3}), scores);
  CHECK(third.gradient[0] == Approx(3 * plain.gradient[0]));
  CHECK(third.gradient[3] == 0);
}

TEST_CASE("class weights let every class count the same, or the roots of that, and are 1 in the mean") {
  const std::vector<int> of{0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  const auto balanced = class_weights(of, 3, 1), root = class_weights(of, 3, 0.5);
  CHECK(balanced[0] * 8 == Approx(balanced[1] * 2));
  CHECK(root[1] / root[0] == Approx(2));
  for (const auto& weights : {balanced, root}) {
    CHECK(weights[2] == 0);
    CHECK((8 * weights[0] + 2 * weights[1]) / 10 == Approx(1));
  }
}
