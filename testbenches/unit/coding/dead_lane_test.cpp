// What dead lanes do to codewords: encoded, interleaved, striped, killed, gathered and decoded.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/coding/bit_io.h"
#include "models/coding/fec_interleave.h"
#include "models/coding/fec_kind.h"
#include "models/coding/stripe.h"
#include "testbenches/unit/coding/random_codewords.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

/// What happens to the bits of a lane that is not what it should be.
enum class fault { random_bits, inverted };

struct outcome {
    std::size_t codewords = 0;
    std::size_t failures = 0;
};

class wide_path {
public:
    wide_path(fec_kind kind, std::size_t lanes, std::size_t ways,
              gearbox_mode mode = gearbox_mode::aligned, bool rotated = true)
        : code_(*code_of(kind)), deal_(lanes, mode), ways_(ways), rotated_(rotated) {
        // Whole rows and whole sets of interleaved codewords, 32 of them or more.
        const std::size_t set = ways * code_.codeword_symbols();
        const std::size_t whole = std::lcm(set, lanes);
        symbols_ = whole * ((32 * code_.codeword_symbols() + whole - 1) / whole);
    }

    /// The lanes that carry most of codeword 0, most loaded first.
    std::vector<std::size_t> worst_lanes() const {
        std::vector<std::size_t> load(deal_.lanes());
        for (std::size_t i = 0; i < ways_ * code_.codeword_symbols(); ++i) {
            load[lane_of(i)] += codeword_place_of(i, code_.codeword_symbols(), ways_).codeword == 0;
        }
        std::vector<std::size_t> lanes(deal_.lanes());
        std::iota(lanes.begin(), lanes.end(), std::size_t{0});
        std::stable_sort(lanes.begin(), lanes.end(),
                         [&](std::size_t a, std::size_t b) { return load[a] > load[b]; });
        return lanes;
    }

    /// Sends random codewords; no codeword may come out wrong and unmarked. `told`: the decoder is
    /// told which lanes are dead.
    outcome send(std::span<const std::size_t> dead, fault kind, bool told,
                 generator& random) const {
        const std::size_t n = code_.codeword_symbols();
        const std::size_t sets = symbols_ / (ways_ * n);
        std::vector<std::uint16_t> sent;
        std::vector<std::uint16_t> wire(symbols_);
        for (std::size_t c = 0; c < symbols_ / n; ++c) {
            const auto codeword = testing::random_codeword(code_, random);
            sent.insert(sent.end(), codeword.begin(), codeword.end());
        }
        for (std::size_t set = 0; set < sets; ++set) {
            weave_symbols(std::span(sent).subspan(set * ways_ * n, ways_ * n), n, ways_,
                          std::span(wire).subspan(set * ways_ * n, ways_ * n));
        }
        cross(wire, dead, kind, random);
        std::vector<std::uint16_t> received(symbols_);
        for (std::size_t set = 0; set < sets; ++set) {
            deal_symbols(std::span(wire).subspan(set * ways_ * n, ways_ * n), ways_,
                         std::span(received).subspan(set * ways_ * n, ways_ * n), n);
        }
        std::vector<std::vector<std::uint16_t>> erasures(symbols_ / n);
        for (std::size_t i = 0; told && i < symbols_; ++i) {
            if (std::find(dead.begin(), dead.end(), lane_of(i)) != dead.end()) {
                const codeword_place place = codeword_place_of(i, n, ways_);
                erasures[place.codeword].push_back(static_cast<std::uint16_t>(place.symbol));
            }
        }
        outcome result{symbols_ / n, 0};
        for (std::size_t c = 0; c < result.codewords; ++c) {
            const auto codeword = std::span(received).subspan(c * n, n);
            const bool failed =
                code_.decode(codeword, erasures[c]).status == decode_status::uncorrectable;
            result.failures += failed;
            REQUIRE(failed != std::equal(codeword.begin(), codeword.end(),
                                         sent.begin() + static_cast<long>(c * n)));
        }
        return result;
    }

private:
    std::size_t lane_of(std::size_t index) const {
        return rotated_ ? deal_.lane_of(index) : index % deal_.lanes();
    }

    void cross(std::span<std::uint16_t> wire, std::span<const std::size_t> dead, fault kind,
               generator& random) const {
        // Rows that all count as the first do not rotate.
        const std::size_t step = rotated_ ? wire.size() : deal_.lanes();
        const std::size_t words = words_for_bits(10 * (step / deal_.lanes()));
        std::vector<std::uint64_t> lane_words(deal_.lanes() * words);
        for (std::size_t begin = 0; begin < wire.size(); begin += step) {
            deal_.scatter(wire.subspan(begin, step), 0, lane_words, words);
            for (const std::size_t lane : dead) {
                for (std::size_t w = 0; w < words; ++w) {
                    std::uint64_t& word = lane_words[lane * words + w];
                    word = kind == fault::inverted ? ~word : random();
                }
            }
            deal_.gather(lane_words, words, 0, wire.subspan(begin, step));
        }
    }

    const rs_code& code_;
    striping deal_;
    std::size_t ways_;
    bool rotated_;
    std::size_t symbols_;
};

/// The first `count` of the lanes that hurt codeword 0 most.
outcome kill_worst(const wide_path& path, std::size_t count, bool told, generator& random) {
    const auto lanes = path.worst_lanes();
    return path.send(std::span(lanes).first(count), fault::random_bits, told, random);
}

void require_limit(const wide_path& path, std::size_t lanes, std::size_t corrected, bool told,
                   generator& random) {
    CAPTURE(lanes, corrected, told);
    for (int trial = 0; trial < 5; ++trial) {
        const auto dead = testing::random_subset(corrected, lanes, random);
        REQUIRE(path.send(dead, fault::random_bits, told, random).failures == 0);
    }
    REQUIRE(kill_worst(path, corrected, told, random).failures == 0);
    // One more leaves a word that is right by chance: once in 64 for 16 wrong symbols.
    std::size_t failures = 0;
    for (int trial = 0; trial < 4; ++trial) {
        failures += kill_worst(path, corrected + 1, told, random).failures;
    }
    REQUIRE(failures > 0);
}

/// Whether a count lies within 2.58 deviations, 99 %, of a binomial law.
bool inside(const outcome& result, double probability) {
    const auto n = static_cast<double>(result.codewords);
    const double deviation = std::sqrt(n * probability * (1 - probability));
    INFO(result.failures << " of " << n << ", expected " << n * probability);
    return std::abs(static_cast<double>(result.failures) - n * probability) < 2.58 * deviation;
}

outcome send_often(const wide_path& path, std::size_t lanes, std::size_t dead, int times,
                   generator& random) {
    outcome sum;
    for (int i = 0; i < times; ++i) {
        const outcome one = path.send(testing::random_subset(dead, lanes, random),
                                      fault::random_bits, false, random);
        sum.codewords += one.codewords;
        sum.failures += one.failures;
    }
    return sum;
}

}  // namespace

TEST_CASE("KP4 corrects as many dead lanes as its symbols on a lane allow") {
    const struct {
        std::size_t lanes;
        std::size_t corrected;
        std::size_t with_erasures;
    } table[] = {{34, 0, 1},   {68, 1, 3},   {136, 3, 7},  {272, 7, 15},
                 {400, 7, 15}, {425, 7, 15}, {544, 15, 30}};
    generator random(71);
    for (const auto& row : table) {
        const wide_path path(fec_kind::kp4, row.lanes, 1);
        require_limit(path, row.lanes, row.corrected, false, random);
        require_limit(path, row.lanes, row.with_erasures, true, random);
    }
}

TEST_CASE("8 dead lanes of 272 fail the codewords whose 16 symbols are all wrong: 98.4 %") {
    generator random(72);
    const wide_path path(fec_kind::kp4, 272, 1);
    REQUIRE(send_often(path, 272, 7, 100, random).failures == 0);
    // A random symbol is right by chance once in 1024.
    REQUIRE(inside(send_often(path, 272, 8, 100, random), std::pow(1023.0 / 1024.0, 16)));
}

TEST_CASE("interleaved codewords survive as many dead lanes only if lanes rotate") {
    generator random(73);
    for (const std::size_t ways : {2, 4}) {
        require_limit({fec_kind::kp4, 272, ways}, 272, 7, false, random);
        require_limit({fec_kind::kp4, 272, ways}, 272, 15, true, random);
        require_limit({fec_kind::kp4, 68, ways}, 68, 1, false, random);
        require_limit({fec_kind::kp4, 136, ways}, 136, 3, false, random);
        require_limit({fec_kind::kp4, 544, ways}, 544, 15, false, random);
        require_limit({fec_kind::kp4, 425, ways}, 425, 7, false, random);
        // Plain order: four symbols a lane for two codewords, eight for four.
        require_limit({fec_kind::kp4, 272, ways, gearbox_mode::aligned, false}, 272,
                      ways == 2 ? 3 : 1, false, random);
    }
}

TEST_CASE("a bad lane that is sliced blindly touches 20 symbols of a codeword") {
    generator random(74);
    const wide_path kp4(fec_kind::kp4, 272, 1, gearbox_mode::blind);
    const std::size_t lane = 100;
    const outcome inverted = kp4.send({&lane, 1}, fault::inverted, false, random);
    REQUIRE(inverted.failures == inverted.codewords);
    // Every second bit of a dead lane is right by chance: more than 15 of 20 are wrong in 0.59 % of
    // codewords, more than 15 of the 40 of two lanes in 92.3 % (binomial tables, p = 1/2).
    REQUIRE(inside(send_often(kp4, 272, 1, 300, random), 0.005909));
    const std::size_t pair[] = {0, 136};
    outcome two;
    for (int i = 0; i < 100; ++i) {
        const outcome one = kp4.send(pair, fault::random_bits, false, random);
        two.codewords += one.codewords;
        two.failures += one.failures;
    }
    REQUIRE(inside(two, 0.9231));
}
