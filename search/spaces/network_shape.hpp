// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// What all networks of a space have in common: the sides of their windows and what is behind the blocks. The
/// defaults are AnalogNAS' squares before a classifier. In [space], beside the ranges of the genes.
struct NetworkShape {
  std::vector<int> stem_widths = {};       ///< of the kernels in stem_kernels, one each; {}: as high as wide
  std::vector<int> stem_stride = {1, 1};   ///< height, width
  std::vector<int> block_kernel = {3, 3};  ///< height, width; a side of 1 is neither convolved nor halved
  std::vector<int> decoder = {};  ///< outputs of the dense layers in front of the last; {}: a classifier

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError (space.key: expected, got); `stem_kernels` of the space that it belongs to.
  void check(const std::vector<int>& stem_kernels) const;
  /// The width of the stem's kernel of this height. The shape has to be checked.
  int stem_width(const std::vector<int>& stem_kernels, int height) const;
  bool operator==(const NetworkShape&) const = default;
};

}  // namespace mho
