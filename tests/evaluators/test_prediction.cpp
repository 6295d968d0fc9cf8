// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/prediction.hpp"

#include "core/base/parallel.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/evaluate.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

Candidate toy_candidate() {
  const Architecture architecture = toy_network(5);
  auto parameters = initial_parameters(architecture, RandomKey(3));
  for (auto& layer : parameters) layer.input_range = 3;
  return {architecture, parameters, ""};
}

HardwareConfig pcm() {
  HardwareConfig hardware;
  resolve_g_max(hardware);
  return hardware;
}

}  // namespace

TEST_CASE("digital predictions are the network's logits, whatever part an image is in") {
  const Candidate candidate = toy_candidate();
  const Samples samples = toy_samples(600, 5, 0.5, 1);  // three parts
  const auto found = predict(CompiledCandidate(candidate.architecture, pcm()), candidate.parameters, samples,
                             std::nullopt, RandomKey(1));
  const Network network(candidate.architecture, {});
  std::vector<float> expected(600 * 5);
  InferenceNetwork(network, candidate.parameters)
      .logits(network.digital_operands(candidate.parameters, false), samples.images.data(), 600, RandomKey(0),
              expected.data());
  CHECK(found == expected);
}

TEST_CASE("predictions on a chip drift, differ from chip to chip, and repeat for any number of threads") {
  const Candidate candidate = toy_candidate();
  const Samples samples = toy_samples(300, 5, 0.5, 1);
  const PostTrainingConfig none;
  const auto at = [&](double time_s, std::uint64_t seed) {
    return predict(CompiledCandidate(candidate.architecture, pcm()), candidate.parameters, samples,
                   PredictionChip{time_s, none, samples}, RandomKey(seed));
  };
  const auto second = at(1, 1);
  set_thread_count(1);
  CHECK(at(1, 1) == second);
  set_thread_count(0);
  CHECK(at(86400 * 30, 1) != second);
  CHECK(at(1, 2) != second);
  CHECK(predict(CompiledCandidate(candidate.architecture, pcm()), candidate.parameters, samples, std::nullopt,
                RandomKey(1)) != second);
}
