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
#include <algorithm>
#include <cstddef>

namespace luxlane::photonics {
constexpr std::size_t ROW = 16;
}
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::photonics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using floats = hn::ScalableTag<float>;

/// Rows of outputs that one block of a lane makes, and taps, a row apart, that it takes at once.
constexpr std::size_t LANE_ROWS = 8;
constexpr std::size_t LANE_TAPS = 4;

/// Adds `TAPS` taps that lie a row of 16 samples apart to `ROWS` rows of outputs, `newest` the
/// input of the first output by the first tap: an input is loaded once for all outputs that see it.
template <std::size_t ROWS, std::size_t TAPS>
HWY_INLINE void lane_tile(const float* HWY_RESTRICT taps, const float* newest,
                          hn::Vec<floats> (&sum)[ROWS]) {
    const floats d;
    hn::Vec<floats> tap[TAPS];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < TAPS; ++m)
        tap[m] = hn::Set(d, taps[m * ROW]);
#pragma GCC unroll 16
    for (std::size_t back = 0; back < ROWS + TAPS - 1; ++back) {
        const auto in = hn::LoadU(d, newest + (ROWS - 1) * ROW - back * ROW);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < ROWS; ++r) {
            const std::size_t m = r + back - (ROWS - 1);
            if (r + back >= ROWS - 1 && m < TAPS)
                sum[r] = hn::MulAdd(tap[m], in, sum[r]);
        }
    }
}

/// One vector of each of `ROWS` rows of outputs. Taps are taken by their place within a row, so
/// that the order does not depend on the width of a vector.
template <std::size_t ROWS>
HWY_INLINE void lane_block(const float* HWY_RESTRICT taps, std::size_t count, const float* in,
                           float* HWY_RESTRICT out) {
    const floats d;
    hn::Vec<floats> sum[ROWS];
    for (std::size_t r = 0; r < ROWS; ++r)
        sum[r] = hn::Zero(d);
    const float* newest = in + count - 1;
    for (std::size_t place = 0; place < std::min(ROW, count); ++place) {
        std::size_t i = place;
        for (; i + (LANE_TAPS - 1) * ROW < count; i += LANE_TAPS * ROW)
            lane_tile<ROWS, LANE_TAPS>(taps + i, newest - i, sum);
        if (i + 2 * ROW < count)
            lane_tile<ROWS, 3>(taps + i, newest - i, sum);
        else if (i + ROW < count)
            lane_tile<ROWS, 2>(taps + i, newest - i, sum);
        else if (i < count)
            lane_tile<ROWS, 1>(taps + i, newest - i, sum);
    }
    for (std::size_t r = 0; r < ROWS; ++r)
        hn::StoreU(sum[r], d, out + r * ROW);
}

/// [n] outputs; returns how many it made, whole rows only.
std::size_t filter_lane(const float* taps, std::size_t count, const float* in, float* out,
                        std::size_t n) {
    std::size_t t = 0;
    for (; t + LANE_ROWS * ROW <= n; t += LANE_ROWS * ROW)
        for (std::size_t part = 0; part < ROW; part += hn::Lanes(floats()))
            lane_block<LANE_ROWS>(taps, count, in + t + part, out + t + part);
    for (; t + ROW <= n; t += ROW)
        for (std::size_t part = 0; part < ROW; part += hn::Lanes(floats()))
            lane_block<1>(taps, count, in + t + part, out + t + part);
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
        for (std::size_t place = 0; place < ROW; ++place)
            for (std::size_t i = place; i < taps.size(); i += ROW)
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
