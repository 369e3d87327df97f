#include "models/common/random.h"

// Targets without fused multiply-add would give other bits; x86-64-v3, the floor, is AVX2 without
// the AES instructions that Highway would otherwise ask of it.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/common/random.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_RANDOM_SHARED
#define LUXLANE_RANDOM_SHARED
namespace luxlane {

/// Positions come in groups of 64 = 16 Philox blocks x 4 words: position 64 g + 16 e + b is
/// deviate e of block 16 g + b. Vectors of 8 or 16 blocks then store without shuffling.
constexpr std::uint64_t GROUP_SIZE = 64;
constexpr std::uint64_t GROUP_BLOCKS = 16;

constexpr std::uint32_t PHILOX_M0 = 0xD2511F53;
constexpr std::uint32_t PHILOX_M1 = 0xCD9E8D57;
constexpr std::uint32_t PHILOX_W0 = 0x9E3779B9;
constexpr std::uint32_t PHILOX_W1 = 0xBB67AE85;
constexpr int PHILOX_ROUNDS = 10;

/// ln(1+z)/z on [sqrt(1/2)-1, sqrt(2)-1], Chebyshev interpolation, relative error 5e-9.
constexpr float LOG_POLYNOMIAL[] = {0.999999999f, -0.499999885f, 0.333333453f, -0.250015791f,
                                    0.200009394f, -0.166083694f, 0.141996501f, -0.132660314f,
                                    0.128066103f, -0.0745118599f};
constexpr std::int32_t SQRT_HALF_BITS = 0x3f3504f3;
constexpr float LN2 = 0.693147181f;
constexpr float QUARTER_TURN = 3.65727548e-10f;  // (pi / 2) 2^-32

}  // namespace luxlane
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using words = hn::ScalableTag<std::uint32_t>;
using wide_words = hn::RepartitionToWide<words>;
using word_vector = hn::Vec<words>;
using wide_vector = hn::Vec<wide_words>;

/// Philox state with one block per 64-bit lane: vpmuludq ignores the upper halves, which may
/// therefore hold rubbish until the end.
struct philox_state {
    wide_vector c0, c1, c2, c3;
};

HWY_INLINE void philox_round(philox_state& s, wide_vector k0, wide_vector k1) {
    const words d32;
    const auto product = [&](wide_vector a, std::uint32_t m)
                             HWY_ATTR { return hn::MulEven(hn::BitCast(d32, a), hn::Set(d32, m)); };
    const auto p0 = product(s.c0, PHILOX_M0);
    const auto p1 = product(s.c2, PHILOX_M1);
    s.c0 = hn::Xor3(hn::ShiftRight<32>(p1), s.c1, k0);
    s.c2 = hn::Xor3(hn::ShiftRight<32>(p0), s.c3, k1);
    s.c1 = p1;
    s.c3 = p0;
}

/// Two states in step, because a round alone mostly waits for its own multiplications.
HWY_INLINE void philox_rounds(philox_state& even, philox_state& odd, std::uint64_t seed) {
    const wide_words d;
    auto k0 = static_cast<std::uint32_t>(seed);
    auto k1 = static_cast<std::uint32_t>(seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const auto key0 = hn::Set(d, k0), key1 = hn::Set(d, k1);
        philox_round(even, key0, key1);
        philox_round(odd, key0, key1);
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
}

HWY_INLINE hn::Vec<hn::ScalableTag<float>> radius(word_vector w) {
    const words du;
    const hn::ScalableTag<std::int32_t> di;
    const hn::ScalableTag<float> df;
    const auto high = hn::ConvertTo(df, hn::BitCast(di, hn::ShiftRight<16>(w)));
    const auto low = hn::ConvertTo(df, hn::BitCast(di, hn::And(w, hn::Set(du, 0xffff))));
    const auto x = hn::MulAdd(high, hn::Set(df, 65536.0f), hn::Add(low, hn::Set(df, 0.5f)));
    const auto shifted = hn::Sub(hn::BitCast(di, x), hn::Set(di, SQRT_HALF_BITS));
    const auto exponent = hn::Sub(hn::ShiftRight<23>(shifted), hn::Set(di, 32));
    const auto mantissa =
        hn::Add(hn::And(shifted, hn::Set(di, 0x7fffff)), hn::Set(di, SQRT_HALF_BITS));
    const auto z = hn::Sub(hn::BitCast(df, mantissa), hn::Set(df, 1.0f));
    auto p = hn::Set(df, LOG_POLYNOMIAL[9]);
#pragma GCC unroll 9
    for (int i = 8; i >= 0; --i)
        p = hn::MulAdd(p, z, hn::Set(df, LOG_POLYNOMIAL[i]));
    const auto log = hn::MulAdd(hn::ConvertTo(df, exponent), hn::Set(df, LN2), hn::Mul(z, p));
    return hn::Sqrt(hn::Max(hn::Mul(log, hn::Set(df, -2.0f)), hn::Zero(df)));
}

HWY_INLINE void box_muller(word_vector radial, word_vector angular, float* HWY_RESTRICT first,
                           float* HWY_RESTRICT second) {
    const words du;
    const hn::ScalableTag<std::int32_t> di;
    const hn::ScalableTag<float> df;
    const auto r = radius(radial);
    const auto a = hn::Mul(hn::ConvertTo(df, hn::BitCast(di, hn::ShiftLeft<2>(angular))),
                           hn::Set(df, QUARTER_TURN));
    const auto a2 = hn::Mul(a, a);
    auto s = hn::MulAdd(a2, hn::Set(df, -1.98412698e-4f), hn::Set(df, 8.33333333e-3f));
    s = hn::MulAdd(a2, s, hn::Set(df, -1.66666667e-1f));
    s = hn::MulAdd(hn::Mul(a, a2), s, a);
    auto c = hn::MulAdd(a2, hn::Set(df, 2.48015873e-5f), hn::Set(df, -1.38888889e-3f));
    c = hn::MulAdd(a2, c, hn::Set(df, 4.16666667e-2f));
    c = hn::MulAdd(a2, c, hn::Set(df, -0.5f));
    c = hn::MulAdd(a2, c, hn::Set(df, 1.0f));
    const auto doubled = hn::ShiftLeft<1>(angular);
    const auto swap =
        hn::MaskFromVec(hn::BitCast(df, hn::BroadcastSignBit(hn::BitCast(di, doubled))));
    const auto sign = hn::Set(du, 0x80000000u);
    const auto sign_x = hn::BitCast(df, hn::And(hn::Xor(angular, doubled), sign));
    const auto sign_y = hn::BitCast(df, hn::And(angular, sign));
    const auto x = hn::IfThenElse(swap, s, c);
    const auto y = hn::IfThenElse(swap, c, s);
    hn::StoreU(hn::Mul(r, hn::Xor(x, sign_x)), df, first);
    hn::StoreU(hn::Mul(r, hn::Xor(y, sign_y)), df, second);
}

/// [64 groups] words of the generator, each where its deviate belongs.
HWY_INLINE void draw_words(const stream_key& key, std::uint64_t first_group, std::size_t groups,
                           std::uint32_t* HWY_RESTRICT out) {
    const words d32;
    const wide_words d;
    constexpr std::size_t lanes = hn::MaxLanes(words());
    static_assert(GROUP_BLOCKS % lanes == 0);
    const auto even_blocks = hn::ShiftLeft<1>(hn::Iota(d, 0));
    const auto merge = [&](wide_vector even, wide_vector odd, std::uint32_t* to) HWY_ATTR {
        hn::Store(hn::OddEven(hn::BitCast(d32, hn::ShiftLeft<32>(odd)), hn::BitCast(d32, even)),
                  d32, to);
    };
    for (std::size_t g = 0; g < groups; ++g, out += GROUP_SIZE) {
        for (std::size_t b = 0; b < GROUP_BLOCKS; b += lanes) {
            const auto block =
                hn::Add(even_blocks, hn::Set(d, (first_group + g) * GROUP_BLOCKS + b));
            const auto next = hn::Add(block, hn::Set(d, 1));
            const auto lane = hn::Set(d, std::uint64_t{key.lane});
            const auto purpose = hn::Set(d, std::uint64_t{key.purpose});
            philox_state even{block, hn::ShiftRight<32>(block), lane, purpose};
            philox_state odd{next, hn::ShiftRight<32>(next), lane, purpose};
            philox_rounds(even, odd, key.seed);
            merge(even.c0, odd.c0, out + b);
            merge(even.c1, odd.c1, out + b + 16);
            merge(even.c2, odd.c2, out + b + 32);
            merge(even.c3, odd.c3, out + b + 48);
        }
    }
}

void fill_groups(const stream_key& key, std::uint64_t first_group, std::size_t groups,
                 float* HWY_RESTRICT out) {
    const words d;
    // In batches, because the two steps mixed leave the core waiting for either's long chains.
    constexpr std::size_t batch = 4;
    alignas(64) std::uint32_t drawn[batch * GROUP_SIZE];
    for (std::size_t g = 0; g < groups; g += batch) {
        const std::size_t count = HWY_MIN(batch, groups - g);
        draw_words(key, first_group + g, count, drawn);
        for (std::size_t i = 0; i < count * GROUP_SIZE; i += 2 * GROUP_BLOCKS)
            for (std::size_t b = i; b < i + GROUP_BLOCKS; b += hn::Lanes(d))
                box_muller(hn::Load(d, drawn + b), hn::Load(d, drawn + b + GROUP_BLOCKS), out + b,
                           out + b + GROUP_BLOCKS);
        out += count * GROUP_SIZE;
    }
}

}  // namespace luxlane::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <Random123/philox.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane {

HWY_EXPORT(fill_groups);

namespace {

constexpr std::uint64_t LAST_GROUP = ~std::uint64_t{0} / GROUP_SIZE;

std::array<float, 2> box_muller_scalar(std::uint32_t radial, std::uint32_t angular) {
    const float r = gaussian_radius(radial);
    const float a = static_cast<float>(static_cast<std::int32_t>(angular << 2)) * QUARTER_TURN;
    const float a2 = a * a;
    float s = std::fma(a2, -1.98412698e-4f, 8.33333333e-3f);
    s = std::fma(a2, s, -1.66666667e-1f);
    s = std::fma(a * a2, s, a);
    float c = std::fma(a2, 2.48015873e-5f, -1.38888889e-3f);
    c = std::fma(a2, c, 4.16666667e-2f);
    c = std::fma(a2, c, -0.5f);
    c = std::fma(a2, c, 1.0f);
    const bool swap = (angular >> 30) & 1;
    const std::uint32_t sign_x = (angular ^ (angular << 1)) & 0x80000000u;
    const std::uint32_t sign_y = angular & 0x80000000u;
    const auto flip = [](float value, std::uint32_t sign) {
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ sign);
    };
    return {r * flip(swap ? s : c, sign_x), r * flip(swap ? c : s, sign_y)};
}

}  // namespace

std::array<std::uint32_t, 4> random_block(const stream_key& key, std::uint64_t position) {
    const philox4x32_ctr_t counter = {{static_cast<std::uint32_t>(position),
                                       static_cast<std::uint32_t>(position >> 32), key.lane,
                                       key.purpose}};
    const philox4x32_key_t philox_key = {
        {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)}};
    const philox4x32_ctr_t block = philox4x32_R(PHILOX_ROUNDS, counter, philox_key);
    return {block.v[0], block.v[1], block.v[2], block.v[3]};
}

double uniform53(const stream_key& key, std::uint64_t position) {
    const auto block = random_block(key, position);
    const std::uint64_t bits = (std::uint64_t{block[1]} << 32) | block[0];
    // Odd 53-bit integers are exact doubles; (2^53 - 1/2) 2^-53 would round to 1.
    return static_cast<double>((bits >> 11) | 1) * 0x1p-53;
}

double gaussian(const stream_key& key, std::uint64_t position) {
    return normal_quantile(uniform53(key, position));
}

float gaussian_radius(std::uint32_t word) {
    const float x = std::fma(static_cast<float>(word >> 16), 65536.0f,
                             static_cast<float>(word & 0xffff) + 0.5f);
    const std::int32_t shifted = std::bit_cast<std::int32_t>(x) - SQRT_HALF_BITS;
    const std::int32_t exponent = (shifted >> 23) - 32;
    const float z = std::bit_cast<float>((shifted & 0x7fffff) + SQRT_HALF_BITS) - 1.0f;
    float p = LOG_POLYNOMIAL[9];
    for (int i = 8; i >= 0; --i)
        p = std::fma(p, z, LOG_POLYNOMIAL[i]);
    const float log = std::fma(static_cast<float>(exponent), LN2, z * p);
    return std::sqrt(std::max(log * -2.0f, 0.0f));
}

float gaussian_f32(const stream_key& key, std::uint64_t position) {
    const std::uint64_t in_group = position % GROUP_SIZE;
    const auto block =
        random_block(key, position / GROUP_SIZE * GROUP_BLOCKS + in_group % GROUP_BLOCKS);
    const std::size_t deviate = in_group / GROUP_BLOCKS;
    const std::size_t pair = deviate & 2;
    return box_muller_scalar(block[pair], block[pair + 1])[deviate & 1];
}

void fill_gaussian(std::span<float> out, const stream_key& key, std::uint64_t first_position) {
    const auto fill = HWY_DYNAMIC_DISPATCH(fill_groups);
    std::uint64_t group = first_position / GROUP_SIZE;
    std::uint64_t in_group = first_position % GROUP_SIZE;
    while (!out.empty()) {
        if (in_group == 0 && out.size() >= GROUP_SIZE) {
            const std::size_t groups =
                std::min(out.size() / GROUP_SIZE, std::size_t{LAST_GROUP - group} + 1);
            fill(key, group, groups, out.data());
            out = out.subspan(groups * GROUP_SIZE);
            group = (group + groups) & LAST_GROUP;
        } else {
            std::array<float, GROUP_SIZE> whole;
            fill(key, group, 1, whole.data());
            const std::size_t count = std::min<std::size_t>(GROUP_SIZE - in_group, out.size());
            std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(in_group), count, out.begin());
            out = out.subspan(count);
            group = (group + 1) & LAST_GROUP;
            in_group = 0;
        }
    }
}

}  // namespace luxlane

#endif
