// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mho {

/// The SHA-1 (FIPS 180-4) of `text`, its five words from the most significant one on. For rules of data sets
/// that are written in it (Speech Commands' splits); what must not be forged is checked by SHA-256.
std::array<std::uint32_t, 5> sha1(std::string_view text);

}  // namespace mho
