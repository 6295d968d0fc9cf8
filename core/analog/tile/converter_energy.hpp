// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/hardware.hpp"
#include "core/analog/tile/frozen_matrix.hpp"

namespace mho {

/// An energy that published figures only bracket, J.
struct EnergyBracket {
  double low_j = 0;
  double high_j = 0;
};

/// What the converters of that many uses spend. At 8 bits one output conversion costs 26 to 37 pJ and one
/// input 5.2 to 13 pJ: 50 to 70 % and 10 to 25 % (what output conversion and the array leave) of the 13.4 nJ
/// of a 256 x 256 product on a chip with counting converters (docs/sources.md). Both go with the number of
/// levels, 2^bits; a converter of 0 bits costs nothing. The array itself adds 15 to 20 % of that product.
EnergyBracket converter_energy(const HardwareConfig& hardware, const TileUse& forward,
                               const TileUse& transposed);

}  // namespace mho
