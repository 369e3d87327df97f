#include "models/photonics/fir.h"

// Targets without fused multiply-add would give other bits; x86-64-v3, the floor, is AVX2 without
// the AES instructions that Highway would otherwise ask of it.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/photonics/fir.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_FIR_SHARED
#define LUXLANE_FIR_SHARED
namespace luxlane::photonics {
constexpr std::size_t ROW = 16;
}
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::photonics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using floats = hn::ScalableTag<float>;

/// `vectors` vectors of outputs at once, so that a tap is loaded once for all of them.
template <std::size_t vectors>
HWY_INLINE void filter_block(const float* HWY_RESTRICT taps, std::size_t count, const float* in,
                             float* HWY_RESTRICT out) {
    const floats d;
    hn::Vec<floats> sum[vectors];
    for (std::size_t v = 0; v < vectors; ++v)
        sum[v] = hn::Zero(d);
    const float* newest = in + count - 1;
    for (std::size_t i = 0; i < count; ++i, --newest) {
        const auto tap = hn::Set(d, taps[i]);
        for (std::size_t v = 0; v < vectors; ++v)
            sum[v] = hn::MulAdd(tap, hn::LoadU(d, newest + v * hn::Lanes(d)), sum[v]);
    }
    for (std::size_t v = 0; v < vectors; ++v)
        hn::StoreU(sum[v], d, out + v * hn::Lanes(d));
}

/// [n] outputs; returns how many it made, whole vectors only.
std::size_t filter_lane(const float* taps, std::size_t count, const float* in, float* out,
                        std::size_t n) {
    const std::size_t width = hn::Lanes(floats());
    constexpr std::size_t block = 8;
    std::size_t t = 0;
    for (; t + block * width <= n; t += block * width)
        filter_block<block>(taps, count, in + t, out + t);
    for (; t + width <= n; t += width)
        filter_block<1>(taps, count, in + t, out + t);
    return t;
}

/// Adds `TILE` taps to `TILE` rows of outputs, `newest` the input row of the first output's first
/// tap: inputs are loaded once for all outputs that see them. Each output takes its taps in order.
template <std::size_t TILE>
HWY_INLINE void filter_tile(const float* HWY_RESTRICT taps, const float* newest,
                            hn::Vec<floats> (&sum)[TILE]) {
    const floats d;
    hn::Vec<floats> tap[TILE];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < TILE; ++i)
        tap[i] = hn::LoadU(d, taps + i * ROW);
#pragma GCC unroll 16
    for (std::size_t back = 0; back < 2 * TILE - 1; ++back) {
        const auto in = hn::LoadU(d, newest + (TILE - 1) * ROW - back * ROW);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < TILE; ++r) {
            // Output r sees the input `TILE - 1 - back` rows behind the newest by this tap.
            const std::size_t i = r + back - (TILE - 1);
            if (r + back >= TILE - 1 && i < TILE)
                sum[r] = hn::MulAdd(tap[i], in, sum[r]);
        }
    }
}

/// `TILE` rows of outputs of one vector of lanes.
template <std::size_t TILE>
HWY_INLINE void filter_row_block(const float* HWY_RESTRICT taps, std::size_t count, const float* in,
                                 float* HWY_RESTRICT out) {
    const floats d;
    hn::Vec<floats> sum[TILE];
    for (std::size_t r = 0; r < TILE; ++r)
        sum[r] = hn::Zero(d);
    const float* newest = in + (count - 1) * ROW;
    std::size_t i = 0;
    for (; i + TILE <= count; i += TILE)
        filter_tile<TILE>(taps + i * ROW, newest - i * ROW, sum);
    for (; i < count; ++i)
        for (std::size_t r = 0; r < TILE; ++r)
            sum[r] = hn::MulAdd(hn::LoadU(d, taps + i * ROW),
                                hn::LoadU(d, newest + r * ROW - i * ROW), sum[r]);
    for (std::size_t r = 0; r < TILE; ++r)
        hn::StoreU(sum[r], d, out + r * ROW);
}

void filter_rows_all(const float* taps, std::size_t count, const float* in, float* out,
                     std::size_t n) {
    // Sums, taps and one input fill the registers: 32 with AVX-512, else 16.
    constexpr std::size_t tile = HWY_MAX_BYTES >= 64 ? 8 : 4;
    for (std::size_t lane = 0; lane < ROW; lane += hn::Lanes(floats())) {
        std::size_t t = 0;
        for (; t + tile <= n; t += tile)
            filter_row_block<tile>(taps + lane, count, in + lane + t * ROW, out + lane + t * ROW);
        for (; t < n; ++t)
            filter_row_block<1>(taps + lane, count, in + lane + t * ROW, out + lane + t * ROW);
    }
}

}  // namespace luxlane::photonics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <cmath>
#include <stdexcept>

namespace luxlane::photonics {

HWY_EXPORT(filter_lane);
HWY_EXPORT(filter_rows_all);

void filter(std::span<const float> taps, std::span<const float> in, std::span<float> out) {
    if (taps.empty() || in.size() != out.size() + taps.size() - 1)
        throw std::invalid_argument("filter: samples do not fit the taps");
    std::size_t t = HWY_DYNAMIC_DISPATCH(filter_lane)(taps.data(), taps.size(), in.data(),
                                                      out.data(), out.size());
    for (; t < out.size(); ++t) {
        float sum = 0.0f;
        for (std::size_t i = 0; i < taps.size(); ++i)
            sum = std::fma(taps[i], in[t + taps.size() - 1 - i], sum);
        out[t] = sum;
    }
}

void filter_rows(std::span<const float> taps, std::span<const float> in, std::span<float> out) {
    if (taps.empty() || taps.size() % ROW != 0 || out.size() % ROW != 0 ||
        in.size() != out.size() + taps.size() - ROW)
        throw std::invalid_argument("filter_rows: samples do not fit the taps");
    HWY_DYNAMIC_DISPATCH(filter_rows_all)
    (taps.data(), taps.size() / ROW, in.data(), out.data(), out.size() / ROW);
}

}  // namespace luxlane::photonics

#endif
