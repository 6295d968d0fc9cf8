// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/random.hpp"
#include "core/base/words.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "core/nn/run/log_grid.hpp"

namespace mho {

/// sgd: Nesterov momentum (Sutskever et al. 2013); adam: Kingma and Ba 2015, decoupled decay; lns_madam:
/// weights on a logarithmic grid (LogGrid), all else by adam.
enum class OptimizerKind { sgd, adam, lns_madam };
template <>
inline constexpr std::array words_of<OptimizerKind>{"sgd", "adam", "lns_madam"};

/// What an optimiser step needs besides the gradients.
struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::sgd;
  double momentum = 0.9;          ///< sgd; adam's first moment
  double weight_decay = 0;        ///< on weight matrices only
  double range_rate = 0;          ///< learning rate of input ranges over that of everything else
  std::vector<bool> frozen = {};  ///< nodes whose weights and biases stay; empty: none
  RandomKey key{0};               ///< lns_madam's stochastic rounding
};

/// What an optimiser remembers between steps; needs no settings to be kept.
struct OptimizerState {
  Parameters first;   ///< moments, shaped like the parameters; input_range: of its logarithm
  Parameters second;  ///< adam's; empty for sgd
  int steps = 0;
};

/// Updates weights, biases, gammas and betas in place and remembers their moments. With a range_rate also
/// input ranges, by their logarithm: they stay positive, and a step does not depend on their unit. Their
/// gradient (LayerParameters::input_range of the gradients) is dL/d(ln range).
class Optimizer {
 public:
  Optimizer(const OptimizerSettings& settings, const Parameters& parameters);
  void step(Parameters& parameters, const Parameters& gradients, double learning_rate);
  bool is_frozen(std::size_t node) const { return node < settings_.frozen.size() && settings_.frozen[node]; }
  /// Of each node's weights after the last step; of none for frozen ones.
  const std::vector<Moments>& weight_moments() const { return weight_moments_; }

  OptimizerState state() const { return {first_, second_, steps_}; }
  /// Goes on from `state`, which an optimiser of the same settings and parameters gave.
  void restore(const OptimizerState& state);

 private:
  /// Returns the moments of the new values.
  Moments update(FloatBuffer& values, const FloatBuffer& gradient, FloatBuffer& first, FloatBuffer& second,
                 double learning_rate, double decay) const;

  Moments update_weights(std::size_t node, LayerParameters& parameters, const LayerParameters& gradients,
                         double learning_rate);
  void update_range(size_t node, LayerParameters& parameters, const LayerParameters& gradients,
                    double learning_rate);

  OptimizerSettings settings_;
  Parameters first_, second_;   ///< moments; second_ only for adam
  std::vector<LogGrid> grids_;  ///< one a node; of lns_madam
  std::vector<Moments> weight_moments_;
  int steps_ = 0;
};

/// Learning rate of step `step` of `steps`: linear warm-up over `warmup` steps to `peak`, then half a cosine
/// to zero (Loshchilov and Hutter 2017).
double cosine_schedule(int step, int steps, int warmup, double peak);

}  // namespace mho
