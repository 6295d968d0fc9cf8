// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// Networks of signals, steps x width x channels: convolutions over time with stride, each with batch norm
/// and ReLU - recurrent layers - the last step or the mean over all - dense. The first convolution takes the
/// whole width; where there is none, a convolution of one step does, unless the width is 1. Genes:
/// convolutions, and of each conv1_channels, conv1_kernel, ...; recurrent_layers, and of each
/// recurrent1_units, ...; cell; head. Throws ConfigError (which key, expected, got).
SpaceParts sequence_space(const SequenceRanges& ranges);

}  // namespace mho
