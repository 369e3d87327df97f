#include "models/dsp/symbol_kernel.h"

// Targets without fused multiply-add would give other bits; x86-64-v3, the floor, is AVX2 without
// the AES instructions that Highway would otherwise ask of it.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/dsp/symbol_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_SYMBOL_KERNEL_SHARED
#define LUXLANE_SYMBOL_KERNEL_SHARED

#include <cstring>

namespace luxlane::dsp {

/// Symbols that one pass of the kernels handles: its buffers stay in the first-level cache.
constexpr std::size_t CHUNK_WORDS = 16;
constexpr std::size_t CHUNK = 64 * CHUNK_WORDS;
constexpr std::size_t WIDEST_VECTOR = 16;
/// Symbols before the chunk at which its buffer starts: the first symbol of a vector's windows,
/// LEAD + 10 before the chunk for its own and LEAD + 2 for a neighbour's, then starts a byte.
constexpr std::size_t LEAD = 6;
constexpr std::size_t TRAIL = 2;
constexpr std::size_t CHUNK_SAMPLES = CHUNK + LEAD + TRAIL + WIDEST_VECTOR;
constexpr std::size_t CHUNK_BITS = CHUNK + 2 * 64;

/// The planes of one lane around a chunk, from the word of history.
struct symbol_planes {
    const std::uint64_t* low;
    const std::uint64_t* high;
};

}  // namespace luxlane::dsp
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::dsp::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using float_tag = hn::ScalableTag<float>;
using word_tag = hn::ScalableTag<std::uint32_t>;
using floats = hn::Vec<float_tag>;
using windows = hn::Vec<word_tag>;
using coefficients = symbol_kernel::coefficients;

// Native table look-ups, because Highway's have as many entries as a vector has lanes, and check
// indices whose upper bits the instructions ignore.
#if HWY_TARGET == HWY_AVX2
constexpr int WINDOW_STEP = 2;
constexpr std::size_t SIDE_TABLES = 2;
HWY_INLINE floats look_up(const float* table, windows index) {
    return floats{_mm256_permutevar8x32_ps(_mm256_load_ps(table), index.raw)};
}
HWY_INLINE const auto& tables_of(const coefficients& c) { return c.narrow; }
#else
constexpr int WINDOW_STEP = 4;
constexpr std::size_t SIDE_TABLES = 1;
HWY_INLINE floats look_up(const float* table, windows index) {
    return floats{
        _mm512_permutex2var_ps(_mm512_load_ps(table), index.raw, _mm512_load_ps(table + 16))};
}
HWY_INLINE const auto& tables_of(const coefficients& c) { return c.wide; }
#endif

/// Lane i: `plane` from bit 8 `byte` + i on.
HWY_INLINE windows windows_at(const std::uint64_t* plane, std::size_t byte) {
    const word_tag d;
    std::uint32_t bits;
    std::memcpy(&bits, reinterpret_cast<const std::uint8_t*>(plane) + byte, sizeof bits);
    return hn::Shr(hn::Set(d, bits), hn::Iota(d, 0));
}

/// L of `count` NRZ symbols from LEAD before the chunk on.
template <std::size_t NEIGHBOURS>
HWY_INLINE void nrz_levels(const coefficients& c, const symbol_planes* lanes, std::size_t count,
                           float* HWY_RESTRICT level) {
    const float_tag d;
    const auto& tables = tables_of(c);
    constexpr std::size_t own_first = (64 - LEAD - photonics::POST_CURSORS) / 8;
    constexpr std::size_t side_first = (64 - LEAD - CROSSTALK_TAPS / 2) / 8;
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        windows own = windows_at(lanes[0].low, own_first + i / 8);
        floats sum = look_up(tables.own[0].data(), own);
#pragma GCC unroll 8
        for (std::size_t t = 1; t + 1 < tables.own.size(); ++t) {
            own = hn::ShiftRight<WINDOW_STEP>(own);
            sum = hn::Add(sum, look_up(tables.own[t].data(), own));
        }
#pragma GCC unroll 4
        for (std::size_t n = 0; n < NEIGHBOURS; ++n) {
            const windows side = windows_at(lanes[n + 1].low, side_first + i / 8);
            const auto& table = tables.side[n];
            sum = hn::Add(sum, look_up(table.front().data(), side));
            if constexpr (SIDE_TABLES == 2)
                sum = hn::Add(sum, look_up(table.back().data(), hn::ShiftRight<3>(side)));
        }
        hn::Store(sum, d, level + i);
    }
    if (!c.oldest_pair)
        return;
    const word_tag dw;
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        std::uint64_t bits;
        std::memcpy(&bits,
                    reinterpret_cast<const std::uint8_t*>(lanes[0].low) + own_first - 1 + i / 8,
                    sizeof bits);
        const auto pair =
            hn::Shr(hn::Set(dw, static_cast<std::uint32_t>(bits >> 7)), hn::Iota(dw, 0));
        hn::Store(hn::Add(hn::Load(d, level + i), look_up(tables.own.back().data(), pair)), d,
                  level + i);
    }
}

/// [words] of both planes -> [64 words] symbol values.
HWY_INLINE void unpack(const coefficients& c, const symbol_planes& lane, std::size_t words,
                       float* HWY_RESTRICT out) {
    const float_tag d;
    const auto* low = reinterpret_cast<const std::uint8_t*>(lane.low);
    const auto* high = reinterpret_cast<const std::uint8_t*>(lane.high);
    for (std::size_t k = 0; k < 64 * words; k += hn::Lanes(d)) {
        const auto outer = hn::LoadMaskBits(d, high + k / 8);
        const auto inner = hn::LoadMaskBits(d, low + k / 8);
        const auto upper = hn::IfThenElse(inner, hn::Set(d, c.level[2]), hn::Set(d, c.level[3]));
        const auto lower = hn::IfThenElse(inner, hn::Set(d, c.level[1]), hn::Set(d, c.level[0]));
        hn::Store(hn::IfThenElse(outer, upper, lower), d, out + k);
    }
}

/// L of `count` PAM4 symbols from LEAD before the chunk of `words` on.
HWY_INLINE void pam4_levels(const coefficients& c, const symbol_planes* lanes, std::size_t words,
                            std::size_t count, float* HWY_RESTRICT level) {
    const float_tag d;
    alignas(64) float values[CHUNK_BITS];
    unpack(c, lanes[0], words + 2, values);
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        const float* newest = values + 64 - LEAD + PRE_CURSORS + i;
        auto sum = hn::Zero(d);
        auto value = hn::LoadU(d, newest);
#pragma GCC unroll 17
        for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
            const auto before = hn::LoadU(d, newest - j - 1);
            const auto gain = hn::MulAdd(hn::Set(d, c.pair[j]), before, hn::Set(d, c.pulse[j]));
            sum = hn::MulAdd(gain, value, sum);
            value = before;
        }
        hn::Store(sum, d, level + i);
    }
    for (std::size_t n = 0; n < c.neighbours; ++n) {
        unpack(c, lanes[n + 1], words + 2, values);
        for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
            const float* newest = values + 64 - LEAD + CROSSTALK_TAPS / 2 + i;
            auto sum = hn::Load(d, level + i);
#pragma GCC unroll 5
            for (std::size_t j = 0; j < CROSSTALK_TAPS; ++j)
                sum = hn::MulAdd(hn::Set(d, c.crosstalk[n][j]), hn::LoadU(d, newest - j), sum);
            hn::Store(sum, d, level + i);
        }
    }
}

/// Levels -> samples, in place. white[i] is the deviate of level[i]'s position; the four before it
/// are there too.
HWY_INLINE void add_noise(const coefficients& c, const float* HWY_RESTRICT white, std::size_t count,
                          float* HWY_RESTRICT level) {
    const float_tag d;
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        auto value = hn::Load(d, level + i);
        if (c.noisy) {
            auto deviate = hn::Mul(hn::Set(d, c.colour[0]), hn::LoadU(d, white + i));
#pragma GCC unroll 4
            for (std::size_t lag = 1; lag <= NOISE_LAGS; ++lag)
                deviate =
                    hn::MulAdd(hn::Set(d, c.colour[lag]), hn::LoadU(d, white + i - lag), deviate);
            const auto variance = hn::Max(
                hn::MulAdd(hn::Set(d, c.variance_slope), value, hn::Set(d, c.variance_zero)),
                hn::Zero(d));
            value = hn::MulAdd(hn::Sqrt(variance), deviate, value);
        }
        hn::Store(hn::MulAdd(hn::Set(d, c.amplitude), value, hn::Set(d, c.offset)), d, level + i);
    }
}

/// Samples of the chunk of `words`, from LEAD before it to TRAIL behind, a last vector rounded up.
/// `lanes` are its own planes and the neighbours'; NRZ has no high plane.
void sample_chunk(const coefficients& c, const symbol_planes* lanes, std::size_t words,
                  const float* HWY_RESTRICT white, float* HWY_RESTRICT samples) {
    const std::size_t count = LEAD + 64 * words + TRAIL;
    if (lanes[0].high != nullptr)
        pam4_levels(c, lanes, words, count, samples);
    else if (c.neighbours == 0)
        nrz_levels<0>(c, lanes, count, samples);
    else if (c.neighbours == 1)
        nrz_levels<1>(c, lanes, count, samples);
    else if (c.neighbours == 2)
        nrz_levels<2>(c, lanes, count, samples);
    else if (c.neighbours == 3)
        nrz_levels<3>(c, lanes, count, samples);
    else
        nrz_levels<4>(c, lanes, count, samples);
    add_noise(c, white, count, samples);
}

}  // namespace luxlane::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/dsp/noise_colour.h"
#include "models/dsp/symbol_slicer.h"

namespace luxlane::dsp {

HWY_EXPORT(sample_chunk);

namespace {

constexpr std::size_t NOISE_GROUP = 64;
/// Positions before and behind a chunk whose deviates its vectors touch.
constexpr std::size_t NOISE_LEAD = LEAD + NOISE_LAGS;
constexpr std::size_t NOISE_TRAIL = TRAIL + WIDEST_VECTOR;
constexpr std::size_t NOISE_BUFFER = CHUNK + 3 * NOISE_GROUP;
static_assert(NOISE_LEAD + NOISE_TRAIL <= NOISE_GROUP);

std::size_t bit_of(framed_bits plane, std::int64_t symbol) {
    const auto index = static_cast<std::size_t>(symbol + 64);
    return (plane[index / 64] >> (index % 64)) & 1;
}

/// Asks `term` for the entry of each index, a pattern of symbols.
template <std::size_t ENTRIES, class Term>
void tabulate(std::array<float, ENTRIES>& table, Term term) {
    for (std::size_t pattern = 0; pattern < ENTRIES; ++pattern)
        table[pattern] = term(pattern);
}

/// Tables with windows of `step` + 1 symbols that start `step` symbols apart; a neighbour's have
/// nothing in common and hold `step` + 1 taps each.
template <std::size_t ENTRIES, std::size_t OWN, std::size_t SIDE>
void tabulate(const symbol_kernel::nrz_terms& terms,
              symbol_kernel::window_tables<ENTRIES, OWN, SIDE>& tables) {
    constexpr std::size_t step = (PULSE_TAPS - 1) / OWN;
    constexpr std::size_t oldest = PULSE_TAPS - 1;
    const auto bit = [](std::size_t pattern, std::size_t b) { return (pattern >> b) & 1; };
    for (std::size_t t = 0; t < OWN; ++t)
        tabulate(tables.own[t], [&](std::size_t pattern) {
            float sum = t + 1 == OWN ? terms.pulse[0][bit(pattern, step)] : 0.0f;
            for (std::size_t b = 0; b < step; ++b) {
                const std::size_t tap = oldest - step * t - b;
                sum += terms.pulse[tap][bit(pattern, b)] +
                       terms.pair[tap - 1][bit(pattern, b + 1)][bit(pattern, b)];
            }
            return sum;
        });
    tabulate(tables.own[OWN], [&](std::size_t pattern) {
        return terms.pair[oldest][bit(pattern, 1)][bit(pattern, 0)];
    });
    for (std::size_t n = 0; n < MAX_NEIGHBOURS; ++n)
        for (std::size_t t = 0; t < SIDE; ++t)
            tabulate(tables.side[n][t], [&](std::size_t pattern) {
                float sum = 0.0f;
                for (std::size_t b = 0; b <= step && t * (step + 1) + b < CROSSTALK_TAPS; ++b)
                    sum +=
                        terms
                            .crosstalk[n][CROSSTALK_TAPS - 1 - t * (step + 1) - b][bit(pattern, b)];
                return sum;
            });
}

}  // namespace

/// One pass: deviates, kept from pass to pass as far as the next one needs them, and samples.
struct symbol_kernel::chunk {
    alignas(64) std::array<float, CHUNK_SAMPLES> samples;
    alignas(64) std::array<float, NOISE_BUFFER> white;
    std::uint64_t white_position = 0;  ///< of white[0], a multiple of NOISE_GROUP
    std::size_t white_count = 0;

    /// Makes the deviates from NOISE_LEAD before `position` to NOISE_TRAIL behind `count`
    /// available; returns that of the first sample.
    const float* draw(const stream_key& noise, std::uint64_t position, std::size_t count) {
        const std::uint64_t first = position - NOISE_LEAD;
        const std::uint64_t start = first - first % NOISE_GROUP;
        const std::size_t needed =
            static_cast<std::size_t>(first - start) + NOISE_LEAD + count + NOISE_TRAIL;
        const std::size_t total = (needed + NOISE_GROUP - 1) / NOISE_GROUP * NOISE_GROUP;
        const std::uint64_t skipped = start - white_position;
        std::size_t kept = 0;
        if (skipped < white_count) {
            const auto from = white.begin() + static_cast<std::ptrdiff_t>(skipped);
            kept = white_count - static_cast<std::size_t>(skipped);
            std::copy(from, from + static_cast<std::ptrdiff_t>(kept), white.begin());
        }
        if (kept < total)
            fill_gaussian(std::span(white).subspan(kept, total - kept), noise, start + kept);
        white_position = start;
        white_count = std::max(kept, total);
        return white.data() + (first - start) + NOISE_LAGS;
    }
};

symbol_kernel::symbol_kernel(const sampled_channel& channel)
    : format_(channel.format), level_(channel.level) {
    if (channel.neighbours > MAX_NEIGHBOURS)
        throw std::invalid_argument("symbol_kernel: more than 4 neighbours");
    double sum =
        channel.offset_a + channel.amplitude_a + channel.variance_zero + channel.variance_slope;
    for (const auto& taps : {channel.pulse, channel.pair})
        for (const double tap : taps)
            sum += tap;
    for (const auto& taps : channel.crosstalk)
        for (const double tap : taps)
            sum += tap;
    for (const double level : channel.level)
        sum += level;
    if (!std::isfinite(sum))
        throw std::invalid_argument("symbol_kernel: a coefficient of the channel is not finite");

    const auto narrow = [](double x) { return static_cast<float>(x); };
    c_.neighbours = channel.neighbours;
    c_.offset = narrow(channel.offset_a);
    c_.amplitude = narrow(channel.amplitude_a);
    c_.variance_zero = narrow(channel.variance_zero);
    c_.variance_slope = narrow(channel.variance_slope);
    c_.noisy = channel.variance_zero != 0.0 || channel.variance_slope != 0.0;
    std::ranges::transform(colour_noise(channel.noise_correlation), c_.colour.begin(), narrow);
    std::ranges::transform(channel.level, c_.level.begin(), narrow);
    std::ranges::transform(channel.pulse, c_.pulse.begin(), narrow);
    std::ranges::transform(channel.pair, c_.pair.begin(), narrow);
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        std::ranges::transform(channel.crosstalk[n], c_.crosstalk[n].begin(), narrow);
    if (!pam4())
        set_nrz_terms(channel);
}

void symbol_kernel::set_nrz_terms(const sampled_channel& channel) {
    const double highest = std::max(std::abs(channel.level[0]), std::abs(channel.level[1]));
    double greatest = 0.0;
    for (std::size_t j = 0; j < PULSE_TAPS; ++j)
        greatest +=
            std::abs(channel.pulse[j]) * highest + std::abs(channel.pair[j]) * highest * highest;
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (const double tap : channel.crosstalk[n])
            greatest += std::abs(tap) * highest;
    // Twice the sum leaves room for the rounding of its terms.
    const double grid = std::exp2(std::ceil(std::log2(std::max(2.0 * greatest, 1e-30))) - 24.0);
    const auto round = [grid](double x) {
        return static_cast<float>(std::nearbyint(x / grid) * grid);
    };
    for (std::size_t j = 0; j < PULSE_TAPS; ++j)
        for (std::size_t a = 0; a < 2; ++a) {
            terms_.pulse[j][a] = round(channel.pulse[j] * channel.level[a]);
            for (std::size_t b = 0; b < 2; ++b)
                terms_.pair[j][a][b] = round(channel.pair[j] * channel.level[a] * channel.level[b]);
        }
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (std::size_t i = 0; i < CROSSTALK_TAPS; ++i)
            for (std::size_t a = 0; a < 2; ++a)
                terms_.crosstalk[n][i][a] = round(channel.crosstalk[n][i] * channel.level[a]);
    c_.oldest_pair = channel.pair[PULSE_TAPS - 1] != 0.0;
    tabulate(terms_, c_.narrow);
    tabulate(terms_, c_.wide);
}

void symbol_kernel::check_shapes(const framed_symbols& own,
                                 std::span<const framed_symbols> neighbours,
                                 std::size_t words) const {
    const auto fits = [&](const framed_symbols& lane) {
        return lane.low.size() == words + 2 && lane.high.size() == (pam4() ? words + 2 : 0);
    };
    if (!fits(own) || neighbours.size() != c_.neighbours || !std::ranges::all_of(neighbours, fits))
        throw std::invalid_argument("symbol_kernel: blocks of unequal shape");
}

void symbol_kernel::fill(chunk& part, const framed_symbols& own,
                         std::span<const framed_symbols> neighbours, const stream_key& noise,
                         std::uint64_t first_position, std::size_t word, std::size_t words) const {
    std::array<symbol_planes, MAX_NEIGHBOURS + 1> lanes{};
    const auto planes = [&](const framed_symbols& lane) {
        return symbol_planes{lane.low.data() + word, pam4() ? lane.high.data() + word : nullptr};
    };
    lanes[0] = planes(own);
    std::ranges::transform(neighbours, lanes.begin() + 1, planes);
    const float* white =
        c_.noisy ? part.draw(noise, first_position + 64 * word, 64 * words) : nullptr;
    HWY_DYNAMIC_DISPATCH(sample_chunk)(c_, lanes.data(), words, white, part.samples.data());
}

void symbol_kernel::sample(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                           const stream_key& noise, std::uint64_t first_position,
                           std::span<float> samples) const {
    const std::size_t words = samples.size() / 64;
    if (samples.size() != 64 * words + 2 * MARGIN)
        throw std::invalid_argument("symbol_kernel: samples for whole words and four more");
    check_shapes(own, neighbours, words);
    chunk part;
    std::size_t w = 0;
    do {  // even of no words, for the samples around it
        const std::size_t count = std::min(CHUNK_WORDS, words - w);
        fill(part, own, neighbours, noise, first_position, w, count);
        const auto from = part.samples.begin() + (LEAD - MARGIN);
        std::copy(from, from + static_cast<std::ptrdiff_t>(64 * count + 2 * MARGIN),
                  samples.begin() + static_cast<std::ptrdiff_t>(64 * w));
        w += count;
    } while (w < words);
}

void symbol_kernel::receive(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                            const stream_key& noise, std::uint64_t first_position,
                            const receive_filter& filter, std::span<std::uint64_t> low,
                            std::span<std::uint64_t> high) const {
    const std::size_t words = low.size();
    check_shapes(own, neighbours, words);
    if (high.size() != (pam4() ? words : 0))
        throw std::invalid_argument("symbol_kernel: decisions of unequal shape");
    const symbol_slicer slicer(filter, format_, level_);
    std::array<std::uint64_t, 2> history = {own.low[0], pam4() ? own.high[0] : 0};
    chunk part;
    for (std::size_t w = 0; w < words; w += CHUNK_WORDS) {
        const std::size_t count = std::min(CHUNK_WORDS, words - w);
        fill(part, own, neighbours, noise, first_position, w, count);
        slicer.slice(part.samples.data() + (LEAD - MARGIN), count, history, low.data() + w,
                     pam4() ? high.data() + w : nullptr);
    }
}

float symbol_kernel::level_scalar(const framed_symbols& own,
                                  std::span<const framed_symbols> neighbours,
                                  std::int64_t symbol) const {
    const auto behind = [](std::size_t tap) { return static_cast<std::int64_t>(tap); };
    constexpr std::int64_t pre = PRE_CURSORS, side_pre = CROSSTALK_TAPS / 2;
    float level = 0.0f;
    if (pam4()) {
        const auto value = [&](const framed_symbols& lane, std::int64_t k) {
            const std::size_t low = bit_of(lane.low, k);
            return bit_of(lane.high, k) != 0 ? c_.level[3 - low] : c_.level[low];
        };
        for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
            const std::int64_t k = symbol + pre - behind(j);
            level = std::fma(std::fma(c_.pair[j], value(own, k - 1), c_.pulse[j]), value(own, k),
                             level);
        }
        for (std::size_t n = 0; n < c_.neighbours; ++n)
            for (std::size_t i = 0; i < CROSSTALK_TAPS; ++i)
                level = std::fma(c_.crosstalk[n][i],
                                 value(neighbours[n], symbol + side_pre - behind(i)), level);
        return level;
    }
    for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
        const std::int64_t k = symbol + pre - behind(j);
        const std::size_t bit = bit_of(own.low, k);
        level += terms_.pulse[j][bit] + terms_.pair[j][bit][bit_of(own.low, k - 1)];
    }
    for (std::size_t n = 0; n < c_.neighbours; ++n)
        for (std::size_t i = 0; i < CROSSTALK_TAPS; ++i)
            level +=
                terms_.crosstalk[n][i][bit_of(neighbours[n].low, symbol + side_pre - behind(i))];
    return level;
}

float symbol_kernel::sample_scalar(const framed_symbols& own,
                                   std::span<const framed_symbols> neighbours,
                                   const stream_key& noise, std::uint64_t first_position,
                                   std::int64_t symbol) const {
    float level = level_scalar(own, neighbours, symbol);
    if (c_.noisy) {
        const std::uint64_t position = first_position + static_cast<std::uint64_t>(symbol);
        float deviate = c_.colour[0] * gaussian_f32(noise, position);
        for (std::size_t lag = 1; lag <= NOISE_LAGS; ++lag)
            deviate = std::fma(c_.colour[lag], gaussian_f32(noise, position - lag), deviate);
        const float variance = std::max(std::fma(c_.variance_slope, level, c_.variance_zero), 0.0f);
        level = std::fma(std::sqrt(variance), deviate, level);
    }
    return std::fma(c_.amplitude, level, c_.offset);
}

void equalise_and_slice(std::span<const float> samples, const receive_filter& filter,
                        const sampled_channel& channel, std::array<std::uint64_t, 2> before,
                        std::span<std::uint64_t> low, std::span<std::uint64_t> high) {
    const bool pam4 = channel.format == photonics::modulation::pam4;
    if (samples.size() != 64 * low.size() + 2 * symbol_kernel::MARGIN ||
        high.size() != (pam4 ? low.size() : 0))
        throw std::invalid_argument("equalise_and_slice: blocks of unequal shape");
    const symbol_slicer slicer(filter, channel.format, channel.level);
    slicer.slice(samples.data(), low.size(), before, low.data(), high.data());
}

}  // namespace luxlane::dsp

#endif
