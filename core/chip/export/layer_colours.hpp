// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// The colour ("#rrggbb") of layer `index` of `count`: hue follows depth in the network, lightness alternates
/// so that neighbours differ, and all are mid-tones that hold on a light and on a dark page.
std::string layer_colour(int index, int count);

}  // namespace mho
