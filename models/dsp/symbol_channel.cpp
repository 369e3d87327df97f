#include "models/dsp/symbol_channel.h"

// Targets without fused multiply-add would give other bits; x86-64-v3, the floor, is AVX2 without
// the AES instructions that Highway would otherwise ask of it.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/dsp/symbol_channel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_SYMBOL_CHANNEL_SHARED
#define LUXLANE_SYMBOL_CHANNEL_SHARED
namespace luxlane::dsp {

/// Symbols that one pass of the kernels handles: its buffers stay in the first-level cache.
constexpr std::size_t CHUNK_WORDS = 16;
constexpr std::size_t CHUNK = 64 * CHUNK_WORDS;
constexpr std::size_t WIDEST_VECTOR = 16;
/// Samples of a chunk, the symbol before and after it, and what the last vector overhangs.
constexpr std::size_t CHUNK_SAMPLES = CHUNK + 2 + WIDEST_VECTOR;
constexpr std::size_t CHUNK_BITS = CHUNK + 2 * 64;

}  // namespace luxlane::dsp
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::dsp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using floats = hn::ScalableTag<float>;

/// [words] packed bits -> [64 words] floats 0 or 1.
HWY_INLINE void unpack(const std::uint64_t* words, std::size_t count, float* HWY_RESTRICT out) {
    const floats d;
    const auto one = hn::Set(d, 1.0f);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(words);
    for (std::size_t k = 0; k < 64 * count; k += hn::Lanes(d))
        hn::StoreU(hn::IfThenElseZero(hn::LoadMaskBits(d, bytes + k / 8), one), d, out + k);
}

/// Samples -1 .. 64 `words` into `samples`, which holds their noise on entry. `own` and the
/// neighbours point to the word of history.
void sample_chunk(const symbol_channel::coefficients& c, const std::uint64_t* own,
                  const std::uint64_t* const* neighbours, std::size_t words,
                  float* HWY_RESTRICT samples) {
    const floats d;
    const std::size_t count = 64 * words + 2;
    alignas(64) float bits[CHUNK_BITS];
    alignas(64) float level[CHUNK_SAMPLES];
    unpack(own, words + 2, bits);
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        // Sample i belongs to symbol i - 1, whose own bit stands at 63 + i.
        const float* newest = bits + 63 + i + PRE_CURSORS;
        auto sum = hn::Zero(d);
        for (int j = 0; j < PULSE_TAPS; ++j)
            sum = hn::MulAdd(hn::Set(d, c.pulse[static_cast<std::size_t>(j)]),
                             hn::LoadU(d, newest - j), sum);
        hn::StoreU(sum, d, level + i);
    }
    for (std::size_t n = 0; n < c.neighbours; ++n) {
        unpack(neighbours[n], words + 2, bits);
        const auto gain = hn::Set(d, c.crosstalk[n]);
        for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
            const auto bit = hn::LoadU(d, bits + 63 + i);
            hn::StoreU(hn::MulAdd(gain, bit, hn::LoadU(d, level + i)), d, level + i);
        }
    }
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        const auto l = hn::LoadU(d, level + i);
        const auto variance = hn::Max(
            hn::MulAdd(hn::Set(d, c.variance_slope), l, hn::Set(d, c.variance_zero)), hn::Zero(d));
        const auto relative = hn::MulAdd(hn::Sqrt(variance), hn::LoadU(d, samples + i), l);
        hn::StoreU(hn::MulAdd(hn::Set(d, c.amplitude), relative, hn::Set(d, c.offset)), d,
                   samples + i);
    }
}

void slice_chunk(const float* HWY_RESTRICT samples, float pre, float main, float post,
                 float threshold, std::size_t words, std::uint64_t* HWY_RESTRICT decisions) {
    const floats d;
    auto* bytes = reinterpret_cast<std::uint8_t*>(decisions);
    for (std::size_t k = 0; k < 64 * words; k += hn::Lanes(d)) {
        const auto middle = hn::Mul(hn::Set(d, main), hn::LoadU(d, samples + k + 1));
        const auto tail = hn::MulAdd(hn::Set(d, post), hn::LoadU(d, samples + k), middle);
        const auto z = hn::MulAdd(hn::Set(d, pre), hn::LoadU(d, samples + k + 2), tail);
        hn::StoreMaskBits(d, hn::Gt(z, hn::Set(d, threshold)), bytes + k / 8);
    }
}

}  // namespace luxlane::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace luxlane::dsp {

HWY_EXPORT(sample_chunk);
HWY_EXPORT(slice_chunk);

namespace {

float bit_of(framed_bits bits, std::int64_t symbol) {
    const auto index = static_cast<std::size_t>(symbol + 64);
    return static_cast<float>((bits[index / 64] >> (index % 64)) & 1);
}

/// Noise of symbols -1 .. n at its place in the sample buffer; the overhang stays finite.
void place_noise(std::span<float> samples, const stream_key& noise, std::uint64_t first_position) {
    const std::size_t n = samples.size() - 2;
    samples.front() = gaussian_f32(noise, first_position - 1);
    fill_gaussian(samples.subspan(1, n), noise, first_position);
    samples.back() = gaussian_f32(noise, first_position + n);
}

}  // namespace

symbol_channel::symbol_channel(const baud_channel& channel) {
    std::ranges::transform(channel.pulse, c_.pulse.begin(),
                           [](double tap) { return static_cast<float>(tap); });
    std::ranges::transform(channel.crosstalk, c_.crosstalk.begin(),
                           [](double x) { return static_cast<float>(x); });
    c_.neighbours = channel.neighbours;
    c_.offset = static_cast<float>(channel.offset_a);
    c_.amplitude = static_cast<float>(channel.amplitude_a);
    c_.variance_zero = static_cast<float>(channel.variance_zero);
    c_.variance_slope = static_cast<float>(channel.variance_slope);
}

void symbol_channel::check_shapes(framed_bits own, std::span<const framed_bits> neighbours,
                                  std::size_t words) const {
    bool fit = own.size() == words + 2 && neighbours.size() == c_.neighbours;
    for (const framed_bits& other : neighbours)
        fit = fit && other.size() == own.size();
    if (!fit)
        throw std::invalid_argument("symbol_channel: blocks of unequal shape");
}

void symbol_channel::sample(framed_bits own, std::span<const framed_bits> neighbours,
                            const stream_key& noise, std::uint64_t first_position,
                            std::span<float> samples) const {
    const std::size_t words = samples.size() / 64;
    if (samples.size() != 64 * words + 2)
        throw std::invalid_argument("symbol_channel: samples for whole words and two more");
    check_shapes(own, neighbours, words);
    std::array<float, CHUNK_SAMPLES> chunk{};
    for (std::size_t w = 0; w < words; w += CHUNK_WORDS) {
        const std::size_t part = std::min(CHUNK_WORDS, words - w);
        const auto used = std::span(chunk).first(64 * part + 2);
        place_noise(used, noise, first_position + 64 * w);
        std::array<const std::uint64_t*, MAX_NEIGHBOURS> others{};
        for (std::size_t n = 0; n < neighbours.size(); ++n)
            others[n] = neighbours[n].data() + w;
        HWY_DYNAMIC_DISPATCH(sample_chunk)(c_, own.data() + w, others.data(), part, chunk.data());
        std::ranges::copy(used, samples.begin() + static_cast<std::ptrdiff_t>(64 * w));
    }
}

void symbol_channel::receive(framed_bits own, std::span<const framed_bits> neighbours,
                             const stream_key& noise, std::uint64_t first_position,
                             const equaliser_taps& taps, double threshold_a,
                             std::span<std::uint64_t> decisions) const {
    check_shapes(own, neighbours, decisions.size());
    std::array<float, CHUNK_SAMPLES> chunk{};
    for (std::size_t w = 0; w < decisions.size(); w += CHUNK_WORDS) {
        const std::size_t part = std::min(CHUNK_WORDS, decisions.size() - w);
        const auto used = std::span(chunk).first(64 * part + 2);
        place_noise(used, noise, first_position + 64 * w);
        std::array<const std::uint64_t*, MAX_NEIGHBOURS> others{};
        for (std::size_t n = 0; n < neighbours.size(); ++n)
            others[n] = neighbours[n].data() + w;
        HWY_DYNAMIC_DISPATCH(sample_chunk)(c_, own.data() + w, others.data(), part, chunk.data());
        equalise_and_slice(used, taps, threshold_a, decisions.subspan(w, part));
    }
}

float symbol_channel::sample_scalar(framed_bits own, std::span<const framed_bits> neighbours,
                                    const stream_key& noise, std::uint64_t first_position,
                                    std::int64_t symbol) const {
    float level = 0.0f;
    for (int j = 0; j < PULSE_TAPS; ++j)
        level = std::fma(c_.pulse[static_cast<std::size_t>(j)],
                         bit_of(own, symbol + PRE_CURSORS - j), level);
    for (std::size_t n = 0; n < c_.neighbours; ++n)
        level = std::fma(c_.crosstalk[n], bit_of(neighbours[n], symbol), level);
    const float variance = std::max(std::fma(c_.variance_slope, level, c_.variance_zero), 0.0f);
    const float deviate = gaussian_f32(noise, first_position + static_cast<std::uint64_t>(symbol));
    return std::fma(c_.amplitude, std::fma(std::sqrt(variance), deviate, level), c_.offset);
}

void equalise_and_slice(std::span<const float> samples, const equaliser_taps& taps,
                        double threshold_a, std::span<std::uint64_t> decisions) {
    if (samples.size() != 64 * decisions.size() + 2)
        throw std::invalid_argument("equalise_and_slice: two more samples than decisions");
    HWY_DYNAMIC_DISPATCH(slice_chunk)
    (samples.data(), static_cast<float>(taps.pre_gain()), static_cast<float>(taps.main_gain()),
     static_cast<float>(taps.post_gain()), static_cast<float>(threshold_a), decisions.size(),
     decisions.data());
}

}  // namespace luxlane::dsp

#endif
