// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/graph/architecture.hpp"
#include "search/spaces/analognas.hpp"

namespace mho {

/// The network of a genome (AnalogNAS macro-architecture, Benmeziane et al. 2023): stem convolution (BN,
/// ReLU) - main blocks - global average pooling - dense. A main block makes its input's channels WF times as
/// many; from the second on, its first residual block halves height and width while both are at least 4. A
/// residual block adds its branches and a skip connection, which is a 1x1 convolution where the shape
/// changes. Branches of type
///   A: 1x1 (a quarter of the channels, at least 4) - BN - ReLU - 3x3 - BN - ReLU - 1x1 - BN, ReLU after the
///   addition, B: 3x3 - BN - ReLU - 3x3 - BN, ReLU after the addition, C, D: A, B with BN - ReLU before every
///   convolution and none after the addition (He et al. 2016, pre-activation); the BN - ReLU at the entry
///   serves all branches, and one more stands before the pooling when the last block is C, D.
/// OC16-KS3|R5B1BW1|R5B1BW2|R5B1BW2 is ResNet-32. Throws ArchitectureError for an impossible input.
Architecture build_architecture(const AnalogNasGenome& genome, Shape input, int classes,
                                const SpaceConfig& space = {});

}  // namespace mho
