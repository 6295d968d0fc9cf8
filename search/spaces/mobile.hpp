// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// Mobile networks: stem convolution 3x3 - stages - global average pooling - dense. A stage repeats one block
/// with the stage's kernel and output channels; from the second stage on its first block halves height and
/// width while both are at least 4. Genes: stem_channels, stages, and for each stage stage1_layers,
/// stage1_width, stage1_kernel, stage1_block and, of inverted blocks, stage1_expansion.
///   separable: depthwise k x k - BN - ReLU - 1x1 - BN - ReLU (MobileNet, Howard et al. 2017)
///   inverted: 1x1 to the expanded channels - BN - ReLU - depthwise k x k - BN - ReLU - 1x1 to the stage's
///   (squeeze) width - BN, added to its input where the shapes agree (MobileNetV2, Sandler et al. 2018)
/// Throws ConfigError (which key, expected, got).
SpaceParts mobile_space(const MobileRanges& ranges);

}  // namespace mho
