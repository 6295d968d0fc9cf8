// SPDX-License-Identifier: Apache-2.0
#include "evaluators/batch_norm_calibration.hpp"

#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

constexpr int image_count = 40;

std::vector<float> logits_of(const Network& network, const Parameters& parameters, const Operands& operands,
                             const Samples& samples) {
  std::vector<float> logits(static_cast<size_t>(image_count * network.architecture().classes()));
  InferenceNetwork(network, parameters)
      .logits(operands, samples.images.data(), image_count, RandomKey(1), logits.data());
  return logits;
}

}  // namespace

TEST_CASE("batch norms take the statistics of what they see, in the graph's order") {
  const auto architecture = toy_network(5);
  const auto samples = toy_samples(image_count, 5, 1, 1);
  auto parameters = initial_parameters(architecture, RandomKey(5));
  const Network network(architecture, {});
  const auto operands = network.digital_operands(parameters, false);
  recalibrate_batch_norms(network, operands, samples.images.data(), image_count, RandomKey(1), parameters);
  // With gamma 1 and beta 0 the inputs of every batch norm, normalised, have mean 0 and variance 1.
  const auto& ops = network.plan().operations;
  std::vector<double> sum(ops.size(), 0), square(ops.size(), 0), count(ops.size(), 0);
  InferenceNetwork(network, parameters)
      .visit(operands, samples.images.data(), image_count, RandomKey(1),
             [&](int op, const float* values, int images) {
               for (const auto& reader : ops) {
                 if (!reader.needs_batch || reader.inputs[0] != op) continue;
                 const auto& own = parameters[static_cast<size_t>(reader.node)];
                 const auto channels = static_cast<size_t>(reader.shape.channels);
                 for (size_t i = 0; i < static_cast<size_t>(images * reader.shape.size()); ++i) {
                   const double z = (values[i] - own.running_mean[i % channels]) /
                                    std::sqrt(own.running_variance[i % channels]);
                   sum[static_cast<size_t>(op)] += z;
                   square[static_cast<size_t>(op)] += z * z;
                   count[static_cast<size_t>(op)] += 1;
                 }
               }
             });
  int batch_norms = 0;
  for (size_t op = 0; op < ops.size(); ++op)
    if (count[op] > 0) {
      ++batch_norms;
      CHECK(sum[op] / count[op] == Approx(0).margin(1e-4));
      CHECK(square[op] / count[op] ==
            Approx(1).epsilon(0.01));  // the unbiased variance is n / (n - 1) larger
    }
  CHECK(batch_norms == 2);
}

TEST_CASE("recalibrated batch norms absorb a gain and an offset that a channel has in common") {
  const auto architecture = toy_network(5);
  const auto samples = toy_samples(image_count, 5, 1, 1);
  const auto initial = initial_parameters(architecture, RandomKey(5));
  const Network network(architecture, {});
  auto parameters = initial, disturbed = initial;
  auto operands = network.digital_operands(initial, false);
  recalibrate_batch_norms(network, operands, samples.images.data(), image_count, RandomKey(1), parameters);
  const auto wanted = logits_of(network, parameters, operands, samples);
  const int convolutions[] = {1, 4};
  for (const int node : convolutions) {
    for (auto& weight : operands[static_cast<size_t>(node)].forward) weight *= 1.7f;
    disturbed[static_cast<size_t>(node)].bias.assign(static_cast<size_t>(network.matrix(node)->columns()),
                                                     0.3f);
  }
  recalibrate_batch_norms(network, operands, samples.images.data(), image_count, RandomKey(1), disturbed);
  const auto found = logits_of(network, disturbed, operands, samples);
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(found[i] == Approx(wanted[i]).margin(2e-4));
}
