// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/kept_norms.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/nn/operators/channel_affine.hpp"

namespace mho {
namespace {

/// Of plain gradient descent with momentum 0.9 on a layer that nothing rescales: the 99 % network of
/// docs/tutorials/your-network.md stays whole at this rate and is lost at twice as much.
constexpr double bearable_rate = 0.05;

/// Mean square of what the batch norm behind a matrix multiplies by; 0 for other nodes.
double gain_of(const Architecture& architecture, const Parameters& start, size_t node) {
  const auto& here = architecture.nodes()[node];
  if (here.inputs.empty() || architecture.nodes()[static_cast<size_t>(here.inputs.front())].matrix.rows == 0)
    return 0;
  const auto affine = channel_affine(here.layer, start[node]);
  if (!affine || start[node].gamma.empty()) return 0;
  double square = 0;
  for (const float scale : affine->scale) square += double{scale} * scale;
  return square / static_cast<double>(affine->scale.size());
}

}  // namespace

std::string kept_norms_warning(const Architecture& architecture, const Parameters& start,
                               const TrainingConfig& training) {
  if (training.batch_norms != BatchNorms::kept || training.optimizer != OptimizerKind::sgd) return "";
  double gain = 0;
  size_t steepest = 0;
  for (size_t node = 0; node < start.size(); ++node)
    if (const double own = gain_of(architecture, start, node); own > gain) {
      gain = own;
      steepest = node;
    }
  if (training.learning_rate * gain <= bearable_rate) return "";
  return fmt::format(
      "training.batch_norms = kept: '{}' multiplies the steps of the layer before it by {:.3g} (gamma "
      "squared "
      "over the variance) and nothing takes that back, so learning_rate = {:g} may lose the network; "
      "expected "
      "{:.1g} or less, or optimizer = \"adam\", which does not mind",
      architecture.nodes()[steepest].name, gain, training.learning_rate, bearable_rate / gain);
}

}  // namespace mho
