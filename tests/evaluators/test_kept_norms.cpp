// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/kept_norms.hpp"

#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

/// The toy network, the second of whose batch norms multiplies by 10.
Parameters steep() {
  auto parameters = initial_parameters(toy_network(3), RandomKey(1));
  for (auto& gamma : parameters[5].gamma) gamma = 2;
  for (auto& variance : parameters[5].running_variance) variance = 0.04F;
  return parameters;
}

}  // namespace

TEST_CASE(
    "kept batch norms that multiply steps are warned of, with the layer and a rate that is small enough") {
  TrainingConfig config;
  config.batch_norms = BatchNorms::kept;
  config.learning_rate = 0.05;
  const auto warning = kept_norms_warning(toy_network(3), steep(), config);
  CHECK_THAT(warning, ContainsSubstring("'bn2' multiplies the steps of the layer before it by 100"));
  CHECK_THAT(warning,
             ContainsSubstring("learning_rate = 0.05") && ContainsSubstring("expected 0.0005 or less"));
}

TEST_CASE("small rates, adam, and batch norms that are trained are not warned of") {
  TrainingConfig config;
  config.learning_rate = 0.05;
  CHECK(kept_norms_warning(toy_network(3), steep(), config).empty());
  config.batch_norms = BatchNorms::kept;
  config.optimizer = OptimizerKind::adam;
  CHECK(kept_norms_warning(toy_network(3), steep(), config).empty());
  config.optimizer = OptimizerKind::sgd;
  config.learning_rate = 0.0004;
  CHECK(kept_norms_warning(toy_network(3), steep(), config).empty());
  config.learning_rate = 0.05;
  CHECK(kept_norms_warning(toy_network(3), initial_parameters(toy_network(3), RandomKey(1)), config).empty());
}
