// SPDX-License-Identifier: Apache-2.0
// Written by make_short_normals.py; included by vector.inl alone. A number of each row adds up to a normal.
#pragma once

namespace mho {
namespace {

constexpr float short_normal_deviation = 4.09629819e+03f;  // of the sums
// clang-format off
alignas(64) constexpr short short_normal_table[3][32] = {
  {-6161, -3524, -3007, -2796, -2534, -2426, -2149, -1979, -1682, -1541, -1274, -1128, -867, -499, -655, -106,
   106, 655, 499, 867, 1128, 1274, 1541, 1682, 1979, 2149, 2426, 2534, 2796, 3007, 3524, 6161},
  {-5826, -3071, -2829, -2725, -2486, -2350, -2047, -1450, -1268, -1132, -943, -1047, -758, -543, -458, -254,
   254, 458, 543, 758, 1047, 943, 1132, 1268, 1450, 2047, 2350, 2486, 2725, 2829, 3071, 5826},
  {-5032, -3863, -3422, -2931, -2475, -2618, -2173, -1637, -1508, -1345, -1072, -966, -684, -375, -572, -118,
   118, 572, 375, 684, 966, 1072, 1345, 1508, 1637, 2173, 2618, 2475, 2931, 3422, 3863, 5032},
};
// clang-format on

}  // namespace
}  // namespace mho
