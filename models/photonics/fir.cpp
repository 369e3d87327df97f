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

/// `rows` rows of outputs, of `count` rows of taps.
template <std::size_t rows>
HWY_INLINE void filter_row_block(const float* HWY_RESTRICT taps, std::size_t count, const float* in,
                                 float* HWY_RESTRICT out) {
    const floats d;
    for (std::size_t lane = 0; lane < ROW; lane += hn::Lanes(d)) {
        hn::Vec<floats> sum[rows];
        for (std::size_t r = 0; r < rows; ++r)
            sum[r] = hn::Zero(d);
        const float* newest = in + (count - 1) * ROW + lane;
        for (std::size_t i = 0; i < count; ++i, newest -= ROW) {
            const auto tap = hn::LoadU(d, taps + i * ROW + lane);
            for (std::size_t r = 0; r < rows; ++r)
                sum[r] = hn::MulAdd(tap, hn::LoadU(d, newest + r * ROW), sum[r]);
        }
        for (std::size_t r = 0; r < rows; ++r)
            hn::StoreU(sum[r], d, out + r * ROW + lane);
    }
}

void filter_rows_all(const float* taps, std::size_t count, const float* in, float* out,
                     std::size_t n) {
    constexpr std::size_t block = 8;
    std::size_t t = 0;
    for (; t + block <= n; t += block)
        filter_row_block<block>(taps, count, in + t * ROW, out + t * ROW);
    for (; t < n; ++t)
        filter_row_block<1>(taps, count, in + t * ROW, out + t * ROW);
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
