#include "models/dsp/symbol_slicer.h"

// The same targets as symbol_kernel.cpp, for the same reasons.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/dsp/symbol_slicer.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_SYMBOL_SLICER_SHARED
#define LUXLANE_SYMBOL_SLICER_SHARED
namespace luxlane::dsp {

/// Symbols of one pass: its buffers stay in the first-level cache.
constexpr std::size_t SLICED_WORDS = 16;

}  // namespace luxlane::dsp
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::dsp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Filters [64 words + 4] samples into `filtered` and sets bit k of row t of `masks`, SLICED_WORDS
/// long, where filtered[k] > compared[t].
void filter_chunk(const float* HWY_RESTRICT samples, const float* forward, const float* compared,
                  std::size_t comparisons, std::size_t words, float* HWY_RESTRICT filtered,
                  std::uint64_t* HWY_RESTRICT masks) {
    const hn::ScalableTag<float> d;
    for (std::size_t k = 0; k < 64 * words; k += hn::Lanes(d)) {
        const float* newest = samples + k + FORWARD_TAPS - 1;
        auto sum = hn::Mul(hn::Set(d, forward[0]), hn::LoadU(d, newest));
#pragma GCC unroll 4
        for (std::size_t i = 1; i < FORWARD_TAPS; ++i)
            sum = hn::MulAdd(hn::Set(d, forward[i]), hn::LoadU(d, newest - i), sum);
        hn::Store(sum, d, filtered + k);
    }
    for (std::size_t t = 0; t < comparisons; ++t) {
        const auto limit = hn::Set(d, compared[t]);
        auto* bytes = reinterpret_cast<std::uint8_t*>(masks + t * SLICED_WORDS);
        for (std::size_t k = 0; k < 64 * words; k += hn::Lanes(d))
            hn::StoreMaskBits(d, hn::Gt(hn::Load(d, filtered + k), limit), bytes + k / 8);
    }
}

}  // namespace luxlane::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <bit>

namespace luxlane::dsp {

HWY_EXPORT(filter_chunk);

struct symbol_slicer::chunk_masks {
    alignas(64) std::array<float, 64 * SLICED_WORDS> filtered;
    std::array<std::array<std::uint64_t, SLICED_WORDS>, MAX_COMPARISONS> above;
};

namespace {

/// Symbol of the Gray code 2 high + low.
constexpr std::array<std::size_t, 4> SYMBOL_OF_CODE = {0, 1, 3, 2};

/// The 64 symbols before symbol `k` of `word`, newest in bit 63.
std::uint64_t past(std::uint64_t word, std::uint64_t previous, int k) {
    return (word << 1 << (63 - k)) | (previous >> k);
}

/// Decisions that depend on the two before them: threshold t = 2 d[k-1] + d[k-2] applies. The
/// right decisions are the one word that this map leaves as it is; each pass settles at least one
/// more symbol, and in practice all after a few.
std::uint64_t settle(std::uint64_t m0, std::uint64_t m1, std::uint64_t m2, std::uint64_t m3,
                     std::uint64_t previous) {
    const std::uint64_t differ_low = m0 ^ m1, differ_high = m2 ^ m3;
    std::uint64_t word = m1;
    for (;;) {
        const std::uint64_t last = (word << 1) | (previous >> 63);
        const std::uint64_t before_last = (word << 2) | (previous >> 62);
        const std::uint64_t low = m0 ^ (differ_low & before_last);
        const std::uint64_t high = m2 ^ (differ_high & before_last);
        const std::uint64_t next = low ^ ((low ^ high) & last);
        if (next == word)
            return word;
        word = next;
    }
}

}  // namespace

symbol_slicer::symbol_slicer(const receive_filter& filter, photonics::modulation format,
                             const std::array<double, 4>& level)
    : format_(format) {
    const bool pam4 = format == photonics::modulation::pam4;
    std::ranges::transform(filter.forward, forward_.begin(),
                           [](double tap) { return static_cast<float>(tap); });
    std::ranges::transform(filter.threshold_a, threshold_.begin(),
                           [](double x) { return static_cast<float>(x); });
    if (pam4)
        std::ranges::sort(threshold_);
    for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i) {
        if (filter.feedback_a[i] != 0.0)
            feedback_taps_ = i + 1;
        for (std::size_t code = 0; code < 4; ++code)
            term_[i][code] = static_cast<float>(filter.feedback_a[i] * level[SYMBOL_OF_CODE[code]]);
    }
    if (pam4) {
        float least = 0.0f, most = 0.0f;
        for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i) {
            least += std::ranges::min(term_[i]);
            most += std::ranges::max(term_[i]);
        }
        comparisons_ = 6;
        for (std::size_t t = 0; t < 3; ++t) {
            compared_[t] = threshold_[t] + least;
            compared_[t + 3] = threshold_[t] + most;
        }
        return;
    }
    for (std::uint64_t h = 0; h < 32; ++h)
        moved_[h] = threshold_[0] + feedback(h << 59, 0);
    if (feedback_taps_ == 0) {
        comparisons_ = 1;
        compared_[0] = moved_[0];
    } else if (feedback_taps_ <= 2) {
        comparisons_ = 4;
        for (std::size_t t = 0; t < 4; ++t)
            compared_[t] = moved_[t << 3];
    } else {
        comparisons_ = 2;
        compared_[0] = std::ranges::min(moved_);
        compared_[1] = std::ranges::max(moved_);
    }
}

float symbol_slicer::feedback(std::uint64_t low, std::uint64_t high) const {
    float sum = 0.0f;
    for (std::size_t i = 0; i < feedback_taps_; ++i)
        sum += term_[i][((high >> (63 - i)) & 1) * 2 + ((low >> (63 - i)) & 1)];
    return sum;
}

void symbol_slicer::slice(const float* samples, std::size_t words,
                          std::array<std::uint64_t, 2>& history, std::uint64_t* low,
                          std::uint64_t* high) const {
    chunk_masks masks;
    for (std::size_t w = 0; w < words; w += SLICED_WORDS) {
        const std::size_t part = std::min(SLICED_WORDS, words - w);
        HWY_DYNAMIC_DISPATCH(filter_chunk)
        (samples + 64 * w, forward_.data(), compared_.data(), comparisons_, part,
         masks.filtered.data(), masks.above[0].data());
        if (format_ == photonics::modulation::pam4)
            slice_pam4(masks, part, history, low + w, high + w);
        else
            slice_nrz(masks, part, history[0], low + w);
    }
}

void symbol_slicer::slice_nrz(const chunk_masks& masks, std::size_t words, std::uint64_t& history,
                              std::uint64_t* low) const {
    const auto& above = masks.above;
    for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t word = above[0][w];
        if (comparisons_ == 4) {
            word = settle(above[0][w], above[1][w], above[2][w], above[3][w], history);
        } else if (comparisons_ == 2) {
            std::uint64_t open = above[0][w] & ~above[1][w];
            word = above[1][w];
            for (; open != 0; open &= open - 1) {
                const int k = std::countr_zero(open);
                const float limit = moved_[past(word, history, k) >> 59];
                const bool one = masks.filtered[64 * w + static_cast<std::size_t>(k)] > limit;
                word |= std::uint64_t{one} << k;
            }
        }
        low[w] = history = word;
    }
}

void symbol_slicer::slice_pam4(const chunk_masks& masks, std::size_t words,
                               std::array<std::uint64_t, 2>& history, std::uint64_t* low,
                               std::uint64_t* high) const {
    for (std::size_t w = 0; w < words; ++w) {
        // Rows 0 .. 2 lie above the thresholds that the least feedback gives, 3 .. 5 the most.
        std::uint64_t open = 0;
        for (std::size_t t = 0; t < 3; ++t)
            open |= masks.above[t][w] & ~masks.above[t + 3][w];
        std::uint64_t low_word = masks.above[3][w] & ~masks.above[5][w] & ~open;
        std::uint64_t high_word = masks.above[4][w] & ~open;
        for (; open != 0; open &= open - 1) {
            const int k = std::countr_zero(open);
            const float sum =
                feedback(past(low_word, history[0], k), past(high_word, history[1], k));
            const float z = masks.filtered[64 * w + static_cast<std::size_t>(k)];
            const bool first = z > threshold_[0] + sum, third = z > threshold_[2] + sum;
            low_word |= std::uint64_t{first && !third} << k;
            high_word |= std::uint64_t{z > threshold_[1] + sum} << k;
        }
        low[w] = history[0] = low_word;
        high[w] = history[1] = high_word;
    }
}

}  // namespace luxlane::dsp

#endif
