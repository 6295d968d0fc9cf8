// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/mixed_precision.hpp"

namespace mho {

/// Hybrid in-memory computing (Joshi et al., arXiv 2102.05271): the most significant part of a weight is a
/// pair of multi-level devices, its least significant part a low-precision accumulator of binary devices
/// whose overflow moves the pair by a step.
class HybridStore : public MixedPrecisionStore {
 public:
  using MixedPrecisionStore::MixedPrecisionStore;
  static Regime regime();
};

}  // namespace mho
