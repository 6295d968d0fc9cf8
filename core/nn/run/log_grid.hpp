// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/aligned.hpp"
#include "core/base/random.hpp"

namespace mho {

/// Weights that are only ever sign * full * 2^(-e / 8), e = 0 to 127: 8 bits each, and nothing else is kept.
/// A step multiplies (Madam: Bernstein et al. 2020; LNS-Madam: Zhao et al., arXiv 2106.13914): with the
/// gradient g over the root of its running square, cut to +-10,
///   |w| <- |w| 2^(-rate g sign(w)),
/// rounded to the grid up or down so that the mean exponent is exact. Signs never change.
class LogGrid {
 public:
  /// `initial`: the layer's weights before training. full = 3 times their root mean square, as the authors'
  /// code bounds them.
  explicit LogGrid(const FloatBuffer& initial);

  /// One step of `weights`, which need not lie on the grid before the first one; `square`: the running mean
  /// of squares; `steps`: this one's number, from 1.
  void step(const FloatBuffer& gradient, double rate, int steps, RandomKey key, FloatBuffer& square,
            FloatBuffer& weights) const;
  /// The weight's place on the grid, 0 (full) to 127; not rounded.
  float exponent(float weight) const;
  float weight(int exponent, bool negative) const;

 private:
  float full_ = 0;
};

}  // namespace mho
