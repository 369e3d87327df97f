#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/dsp/error_law.h"
#include "models/dsp/symbol_channel.h"

// The `symbol` and the `statistical` fidelity tell the same bit error ratio: errors counted by the
// sampling kernel against the law's probability, over reach x rate x drive.

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr std::size_t BLOCK_WORDS = 1024;
constexpr std::size_t NEIGHBOURS = 4;

struct error_count {
    double symbols[2] = {0.0, 0.0};
    double errors[2] = {0.0, 0.0};
};

/// Sends `blocks` blocks of random bits over the lane and its neighbours.
error_count count_errors(const baud_channel& channel, const equaliser_taps& taps,
                         double threshold_a, std::uint64_t seed, std::size_t blocks) {
    const symbol_channel kernel(channel);
    error_count found;
    std::vector<std::uint64_t> bits[NEIGHBOURS + 1], decisions(BLOCK_WORDS);
    for (std::size_t block = 0; block < blocks; ++block) {
        for (std::uint32_t lane = 0; lane <= NEIGHBOURS; ++lane) {
            bits[lane].resize(BLOCK_WORDS + 2);
            for (std::size_t w = 0; w < BLOCK_WORDS + 2; w += 2) {
                const auto r = random_block({seed, lane, 1}, block * BLOCK_WORDS + w);
                bits[lane][w] = (std::uint64_t{r[1]} << 32) | r[0];
                bits[lane][w + 1] = (std::uint64_t{r[3]} << 32) | r[2];
            }
        }
        const framed_bits neighbours[NEIGHBOURS] = {bits[1], bits[2], bits[3], bits[4]};
        kernel.receive(bits[0], neighbours, {seed, 0, 2}, block * BLOCK_WORDS * 64, taps,
                       threshold_a, decisions);
        for (std::size_t w = 0; w < BLOCK_WORDS; ++w) {
            const std::uint64_t sent = bits[0][w + 1];
            const std::uint64_t wrong = sent ^ decisions[w];
            found.symbols[1] += std::popcount(sent);
            found.symbols[0] += std::popcount(~sent);
            found.errors[1] += std::popcount(wrong & sent);
            found.errors[0] += std::popcount(wrong & ~sent);
        }
    }
    return found;
}

}  // namespace

TEST_CASE("Counted errors agree with the law over reach, rate and drive", "[fidelity]") {
    constexpr double wanted_errors = 1000.0;
    constexpr double fewest_errors = 100.0;
    constexpr double most_symbols = 2e7;
    constexpr double z99 = 2.576;  // 99 % of a normal distribution
    int compared = 0, outside = 0;
    std::uint64_t seed = 1;
    for (const double length_m : {1.0, 5.0, 10.0, 20.0, 30.0, 40.0}) {
        for (const double rate_bps : {1e9, 2e9, 2.5e9, 3e9, 4e9}) {
            for (const double current_a : {100e-6, 200e-6, 400e-6, 742e-6, 1000e-6}) {
                photonics::lane_parameters lane;
                lane.length_m = length_m;
                lane.rate_bps = rate_bps;
                lane.on_current_a = current_a;
                lane.offset_x_m = 10e-6;  // 0.4 % crosstalk, so that it counts
                const photonics::lane_response own = extract(lane);
                const photonics::lane_response* neighbours[NEIGHBOURS] = {&own, &own, &own, &own};
                const baud_channel channel = make_baud_channel(own, neighbours);
                const equaliser_taps taps = mmse_taps(channel);
                // Off the optimum, so that ones and zeros fail at different rates.
                const slicer_levels levels = equalised_levels(channel, taps);
                const double threshold_a =
                    optimum_threshold(levels) + 0.02 * (levels.one - levels.zero);
                const error_rates law = ber_nrz(channel, taps, threshold_a);
                const double symbols = std::max(1e5, wanted_errors / law.ber);
                if (symbols > most_symbols)
                    continue;
                const auto blocks = static_cast<std::size_t>(symbols / (64 * BLOCK_WORDS)) + 1;
                const error_count found = count_errors(channel, taps, threshold_a, seed++, blocks);
                const double probability[2] = {law.given_zero, law.given_one};
                for (const int bit : {0, 1}) {
                    if (found.errors[bit] < fewest_errors)
                        continue;
                    const double expected = found.symbols[bit] * probability[bit];
                    const double sigma = std::sqrt(expected * (1.0 - probability[bit]));
                    const double distance = std::abs(found.errors[bit] - expected) / sigma;
                    INFO(length_m << " m, " << rate_bps << " bit/s, " << current_a << " A, bit "
                                  << bit << ": counted " << found.errors[bit] << ", law "
                                  << expected);
                    CHECK(distance < 4.5);
                    ++compared;
                    outside += distance > z99;
                }
            }
        }
    }
    INFO(outside << " of " << compared << " points outside their 99 % interval");
    CHECK(compared > 150);
    // One in a hundred may stand outside by chance; this many do in one run of a thousand.
    CHECK(outside <= 0.01 * compared + 3.1 * std::sqrt(0.01 * compared));
}
