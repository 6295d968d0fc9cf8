// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// A recurrent layer: T x 1 x inputs -> T x 1 x units, the state of every step, from zero. One matrix of
/// inputs
/// + units rows (a step's input, then the state before) and a column for each of a unit's blocks, which lie
/// side by side: core/nn/operators/recurrent_cell.hpp names them.
struct Recurrent {
  enum class Kind { lstm, gru, rnn };
  Kind kind = Kind::lstm;
  int units = 1;
  bool bias = true;

  bool operator==(const Recurrent&) const = default;
  static std::vector<Recurrent> forms() { return {{Kind::lstm}, {Kind::gru}, {Kind::rnn}}; }
  const char* name() const;
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  /// Drawn weights at half their variance (gates saturate), forget gates open at first (a bias of 1).
  void start(LayerParameters& parameters, Shape input) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

/// Most steps of a recurrent layer.
inline constexpr int most_steps = 1 << 14;

}  // namespace mho
