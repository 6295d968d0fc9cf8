// SPDX-License-Identifier: Apache-2.0
// The hot tile on Highway's vectors, by its dynamic dispatch.
#include "bench/highway_tile.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/highway_tile.cpp"
#include <hwy/foreach_target.h>  // before highway.h: it includes this file again for every target
#include <hwy/highway.h>

#include "core/base/vector/normal_quantile.inl"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;
using Words = hn::RebindToUnsigned<Floats>;
using V = hn::Vec<Floats>;
using U = hn::Vec<Words>;

/// core/base/vector/vector.inl's NoiseStream and normal_quantile.
struct Noise {
  U s0, s1, s2, s3;

  HWY_INLINE U next() {
    const U sum = hn::Add(s0, s3);
    const U result = hn::Add(hn::Or(hn::ShiftLeft<7>(sum), hn::ShiftRight<25>(sum)), s0);
    const U t = hn::ShiftLeft<9>(s1);
    s2 = hn::Xor(s2, s0);
    s3 = hn::Xor(s3, s1);
    s1 = hn::Xor(s1, s2);
    s0 = hn::Xor(s0, s3);
    s2 = hn::Xor(s2, t);
    s3 = hn::Or(hn::ShiftLeft<11>(s3), hn::ShiftRight<21>(s3));
    return result;
  }

#if HWY_TARGET <= HWY_AVX3
  HWY_INLINE V normal() {
    const Floats d;
    const Words du;
    const U random = next();
    const U positive = hn::Or(hn::And(random, hn::Set(du, 0x7fffffffU)), hn::Set(du, 1U));
    const U p = hn::BitCast(du, hn::ConvertTo(d, hn::BitCast(hn::RebindToSigned<Floats>(), positive)));
    const V t = hn::BitCast(d, hn::Or(hn::And(p, hn::Set(du, 0x7fffffU)), hn::Set(du, 0x3f800000U)));
    const U octave = hn::ShiftRight<23>(p);
    const auto lane = hn::IndicesFromVec(d, hn::And(octave, hn::Set(du, 15U)));
    const auto upper = hn::RebindMask(d, hn::TestBit(octave, hn::Set(du, 16U)));
    // Two look-ups and a choice: this version has none in 32 numbers.
    const auto factor = [&](int k) HWY_ATTR {
      return hn::IfThenElse(upper, hn::TableLookupLanes(hn::Load(d, normal_quantile_table[k] + 16), lane),
                            hn::TableLookupLanes(hn::Load(d, normal_quantile_table[k]), lane));
    };
    V x = factor(4);
    for (int k = 3; k >= 0; --k) x = hn::MulAdd(x, t, factor(k));
    return hn::BitCast(d, hn::Xor(hn::BitCast(du, x), hn::And(random, hn::Set(du, 0x80000000U))));
  }
#endif
};

void tile(const HotTile& t) {
#if HWY_TARGET <= HWY_AVX3
  const Floats d;
  const Words du;
  V sum[HotTile::pixels][2];
  HWY_UNROLL(12) for (int p = 0; p < HotTile::pixels; ++p) sum[p][0] = sum[p][1] = hn::Zero(d);
  const float* w = t.w;
  for (int row = 0; row < t.rows; ++row, w += HotTile::columns) {
    const V w0 = hn::LoadU(d, w), w1 = hn::LoadU(d, w + 16);
    HWY_UNROLL(12) for (int p = 0; p < HotTile::pixels; ++p) {
      const V x = hn::Set(d, t.x[p * t.rows + row]);
      sum[p][0] = hn::MulAdd(x, w0, sum[p][0]);
      sum[p][1] = hn::MulAdd(x, w1, sum[p][1]);
    }
  }
  if (t.noise > 0) {
    Noise noise{hn::LoadU(du, t.generator), hn::LoadU(du, t.generator + 16), hn::LoadU(du, t.generator + 32),
                hn::LoadU(du, t.generator + 48)};
    const V deviation = hn::Set(d, t.noise);
    HWY_UNROLL(12) for (int p = 0; p < HotTile::pixels; ++p) {
      sum[p][0] = hn::MulAdd(noise.normal(), deviation, sum[p][0]);
      sum[p][1] = hn::MulAdd(noise.normal(), deviation, sum[p][1]);
    }
    hn::StoreU(noise.s0, du, t.generator);
    hn::StoreU(noise.s1, du, t.generator + 16);
    hn::StoreU(noise.s2, du, t.generator + 32);
    hn::StoreU(noise.s3, du, t.generator + 48);
  }
  HWY_UNROLL(12) for (int p = 0; p < HotTile::pixels; ++p) {
    hn::StoreU(sum[p][0], d, t.y + p * HotTile::columns);
    hn::StoreU(sum[p][1], d, t.y + p * HotTile::columns + 16);
  }
#else
  (void)t;  // compared on AVX-512 only
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mho {
HWY_EXPORT(tile);
void highway_tile(const HotTile& t) { HWY_DYNAMIC_DISPATCH(tile)(t); }
}  // namespace mho
#endif
