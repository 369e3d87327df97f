#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "models/dsp/jitter.h"
#include "models/dsp/symbol_kernel.h"
#include "models/dsp/waveform_array.h"
#include "platform/link/bit_source.h"
#include "platform/link/counting.h"

namespace luxlane::link {

namespace {

using dsp::waveform_array;

constexpr std::size_t SIDE = 4;
constexpr std::size_t LANES = SIDE * SIDE;
constexpr std::size_t WORDS = 32;
constexpr std::size_t BLOCK = 64 * WORDS;
constexpr std::size_t FRAMED = BLOCK + 2 * waveform_array::CONTEXT;
constexpr std::size_t LANE_SAMPLES = (BLOCK + 2 * waveform_array::MARGIN) * waveform_array::SAMPLES;

/// The lane above, left, right, below on the torus.
std::size_t neighbour_of(std::size_t lane, std::size_t side) {
    const std::size_t row = lane / SIDE, column = lane % SIDE;
    switch (side) {
        case 0:
            return (row + SIDE - 1) % SIDE * SIDE + column;
        case 1:
            return row * SIDE + (column + SIDE - 1) % SIDE;
        case 2:
            return row * SIDE + (column + 1) % SIDE;
        default:
            return (row + 1) % SIDE * SIDE + column;
    }
}

waveform_array array_of(const lane_law& law, std::uint64_t seed) {
    const std::vector<photonics::lane_parameters> lanes(LANES, law.lane());
    std::vector<std::vector<dsp::crosstalk_source>> sources(LANES);
    std::vector<stream_key> noise;
    for (std::size_t lane = 0; lane < LANES; ++lane) {
        for (std::size_t side = 0; side < law.neighbours(); ++side)
            sources[lane].push_back({static_cast<std::uint32_t>(neighbour_of(lane, side)),
                                     law.response().crosstalk[side]});
        noise.push_back({seed, static_cast<std::uint32_t>(lane), sample_noise});
    }
    return waveform_array(lanes, sources, noise);
}

/// Symbols 0 .. 3 of the planes: 00, 01, 11, 10.
std::uint8_t symbol_of(bool low, bool high, bool pam4) {
    return static_cast<std::uint8_t>(!pam4 ? low : high ? (low ? 2 : 3) : (low ? 1 : 0));
}

/// The bits and symbols of all lanes around one block.
struct torus_frame {
    std::vector<std::uint8_t> symbols;  // [lane][FRAMED]
    std::array<std::array<std::uint64_t, WORDS>, LANES> low, high;
    std::array<std::array<std::uint64_t, 2>, LANES> before;  // the word before the block

    torus_frame() : symbols(LANES * FRAMED) {}

    void fill(std::uint64_t seed, bool pam4, std::uint64_t first_symbol) {
        static_assert(waveform_array::CONTEXT == 64);
        const auto first_word = static_cast<std::int64_t>(first_symbol / 64);
        for (std::uint32_t lane = 0; lane < LANES; ++lane) {
            for (std::size_t k = 0; k < FRAMED; k += 64) {
                const std::int64_t index = first_word + static_cast<std::int64_t>(k / 64) - 1;
                const std::uint64_t l = random_word({seed, lane, low_bits}, index);
                const std::uint64_t h = pam4 ? random_word({seed, lane, high_bits}, index) : 0;
                for (std::size_t i = 0; i < std::min<std::size_t>(64, FRAMED - k); ++i)
                    symbols[lane * FRAMED + k + i] = symbol_of(l >> i & 1, h >> i & 1, pam4);
                if (k == 0)
                    before[lane] = {l, h};
                else if (k / 64 <= WORDS) {
                    low[lane][k / 64 - 1] = l;
                    high[lane][k / 64 - 1] = h;
                }
            }
        }
    }
};

std::uint64_t differing_bits(std::span<const std::uint64_t> decided,
                             std::span<const std::uint64_t> sent) {
    std::uint64_t count = 0;
    for (std::size_t w = 0; w < decided.size(); ++w)
        count += static_cast<std::uint64_t>(std::popcount(decided[w] ^ sent[w]));
    return count;
}

/// Twice as many as extracted ones: steep flanks shall have more than one point each.
constexpr std::size_t COUNTED_PHASES = 2 * photonics::PHASES;

/// Of phase p of the bathtub, from half a symbol early.
double phase_of(std::size_t p) { return static_cast<double>(p) / COUNTED_PHASES - 0.5; }

/// Renders block after block and decides what the clock samples.
class torus {
public:
    torus(const lane_law& law, const trained_receiver& receiver, std::uint64_t seed)
        : pam4_(law.lane().format == photonics::modulation::pam4),
          seed_(seed),
          receiver_(receiver),
          array_(array_of(law, seed)),
          jitter_(dsp::jitter_of(law.lane())),
          rendered_(LANES * LANE_SAMPLES),
          displaced_(BLOCK + 4),
          sampled_(BLOCK + 4),
          low_(WORDS),
          high_(pam4_ ? WORDS : 0) {}

    unsigned bits_per_symbol() const { return pam4_ ? 2 : 1; }
    static constexpr std::uint64_t SYMBOLS = LANES * BLOCK;

    void advance() {
        first_ = next_;
        next_ += BLOCK;
        frame_.fill(seed_, pam4_, first_);
        array_.render(frame_.symbols, first_, rendered_);
    }

    /// Errors of all lanes in this block when sampled `offset_ui` from the main cursor.
    dsp::block_count decide(double offset_ui) {
        std::uint64_t errors = 0;
        for (std::size_t lane = 0; lane < LANES; ++lane) {
            const auto id = static_cast<std::uint32_t>(lane);
            dsp::draw_displacements(jitter_, {seed_, id, random_jitter}, {seed_, id, slow_jitter},
                                    first_, displaced_);
            const std::span wave(&rendered_[lane * LANE_SAMPLES], LANE_SAMPLES);
            dsp::decimate(wave, offset_ui, displaced_, sampled_);
            dsp::equalise_and_slice(sampled_, receiver_.filter, receiver_.channel,
                                    frame_.before[lane], low_, high_);
            errors +=
                differing_bits(low_, frame_.low[lane]) + differing_bits(high_, frame_.high[lane]);
        }
        return {errors, SYMBOLS * bits_per_symbol()};
    }

private:
    bool pam4_;
    std::uint64_t seed_;
    const trained_receiver& receiver_;
    waveform_array array_;
    dsp::sampling_jitter jitter_;
    torus_frame frame_;
    std::vector<float> rendered_, displaced_, sampled_;
    std::vector<std::uint64_t> low_, high_;
    std::uint64_t first_ = 0, next_ = 0;
};

}  // namespace

ber_estimate count_waveforms(const lane_law& law, const trained_receiver& receiver,
                             std::uint64_t seed, const counting_limits& limits,
                             const counting_watch& watch) {
    torus lanes(law, receiver, seed);
    return count("waveform", lanes.bits_per_symbol(), limits, watch, [&] {
        lanes.advance();
        return lanes.decide(0.0);
    });
}

std::vector<phase_count> count_phases(const lane_law& law, const trained_receiver& receiver,
                                      std::uint64_t seed, std::uint64_t symbols) {
    torus lanes(law, receiver, seed);
    std::vector<dsp::error_counter> counters(COUNTED_PHASES);
    for (std::uint64_t done = 0; done < symbols; done += torus::SYMBOLS) {
        lanes.advance();
        for (std::size_t p = 0; p < counters.size(); ++p)
            counters[p].add(lanes.decide(phase_of(p)));
    }
    std::vector<phase_count> out;
    for (std::size_t p = 0; p < counters.size(); ++p)
        out.push_back({phase_of(p), counters[p]});
    return out;
}

}  // namespace luxlane::link
