#include <array>
#include <bit>
#include <vector>

#include "models/dsp/symbol_kernel.h"
#include "platform/link/bit_source.h"
#include "platform/link/counting.h"

namespace luxlane::link {

namespace {

constexpr std::size_t WORDS = 256;  // of a block
constexpr std::size_t FRAMED = WORDS + 2;
constexpr std::size_t BLOCK = 64 * WORDS;

/// One lane's symbols around a block.
struct symbol_frame {
    std::array<std::uint64_t, FRAMED> low{}, high{};

    void fill(std::uint64_t seed, std::uint32_t lane, bool pam4, std::uint64_t first_word) {
        for (std::size_t i = 0; i < FRAMED; ++i) {
            const auto index = static_cast<std::int64_t>(first_word + i) - 1;
            low[i] = random_word({seed, lane, low_bits}, index);
            if (pam4)
                high[i] = random_word({seed, lane, high_bits}, index);
        }
    }
    dsp::framed_symbols view(bool pam4) const {
        return {low, pam4 ? dsp::framed_bits(high) : dsp::framed_bits{}};
    }
};

std::uint64_t differing_bits(const std::array<std::uint64_t, FRAMED>& sent,
                             const std::vector<std::uint64_t>& decided) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < decided.size(); ++i)
        count += static_cast<std::uint64_t>(std::popcount(sent[i + 1] ^ decided[i]));
    return count;
}

}  // namespace

ber_estimate count_symbols(const trained_receiver& receiver, std::uint64_t seed,
                           const counting_limits& limits, const counting_watch& watch) {
    const bool pam4 = receiver.channel.format == photonics::modulation::pam4;
    const dsp::symbol_kernel kernel(receiver.channel);
    std::array<symbol_frame, 1 + dsp::MAX_NEIGHBOURS> frames;
    std::vector<dsp::framed_symbols> neighbours;
    for (std::size_t n = 0; n < receiver.channel.neighbours; ++n)
        neighbours.push_back(frames[n + 1].view(pam4));
    std::vector<std::uint64_t> low(WORDS), high(pam4 ? WORDS : 0);
    std::uint64_t symbols = 0;
    const auto next = [&] {
        for (std::uint32_t lane = 0; lane <= receiver.channel.neighbours; ++lane)
            frames[lane].fill(seed, lane, pam4, symbols / 64);
        kernel.receive(frames[0].view(pam4), neighbours, {seed, 0, sample_noise}, symbols,
                       receiver.filter, low, high);
        symbols += BLOCK;
        return dsp::block_count{
            differing_bits(frames[0].low, low) + differing_bits(frames[0].high, high),
            BLOCK * (pam4 ? 2 : 1)};
    };
    return count("symbol", pam4 ? 2 : 1, limits, watch, next);
}

}  // namespace luxlane::link
