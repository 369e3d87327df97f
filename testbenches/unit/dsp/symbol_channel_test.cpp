#include "models/dsp/symbol_channel.h"

#include <hwy/targets.h>
#include <catch2/catch.hpp>
#include <vector>

#include "models/dsp/error_law.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

std::vector<std::uint64_t> random_bits(std::uint32_t lane, std::size_t words) {
    std::vector<std::uint64_t> bits(words);
    for (std::size_t w = 0; w < words; ++w) {
        const auto block = random_block({11, lane, 0}, w);
        bits[w] = (std::uint64_t{block[1]} << 32) | block[0];
    }
    return bits;
}

struct bench {
    baud_channel channel;
    std::vector<std::vector<std::uint64_t>> bits;
    std::vector<framed_bits> neighbours;

    explicit bench(std::size_t words) {
        photonics::lane_parameters lane;
        lane.length_m = 30.0;
        lane.offset_x_m = 10e-6;
        const photonics::lane_response own = extract(lane);
        const photonics::lane_response* others[] = {&own, &own, &own};
        channel = make_baud_channel(own, others);
        for (std::uint32_t lane_index = 0; lane_index < 4; ++lane_index)
            bits.push_back(random_bits(lane_index, words + 2));
        neighbours.assign(bits.begin() + 1, bits.end());
    }
};

}  // namespace

TEST_CASE("Vector samples equal their scalar twin", "[symbol_channel]") {
    constexpr std::size_t words = 21;  // more than one chunk and a part
    const bench b(words);
    const symbol_channel kernel(b.channel);
    const stream_key noise{3, 14, 15};
    const std::uint64_t first = GENERATE(0ull, 64'000ull, 77ull);
    std::vector<float> samples(64 * words + 2);
    kernel.sample(b.bits[0], b.neighbours, noise, first, samples);
    for (std::size_t i = 0; i < samples.size(); ++i)
        REQUIRE(samples[i] == kernel.sample_scalar(b.bits[0], b.neighbours, noise, first,
                                                   static_cast<std::int64_t>(i) - 1));
}

TEST_CASE("Vector slicing equals equalise and slice", "[symbol_channel]") {
    constexpr std::size_t words = 9;
    const bench b(words);
    const symbol_channel kernel(b.channel);
    const equaliser_taps taps = mmse_taps(b.channel);
    const double threshold_a = optimum_threshold(equalised_levels(b.channel, taps));
    std::vector<float> samples(64 * words + 2), filtered(64 * words);
    kernel.sample(b.bits[0], b.neighbours, {1, 2, 3}, 0, samples);
    equalise(samples, taps, filtered);
    std::vector<std::uint64_t> expected(words), decisions(words), received(words);
    slice(filtered, static_cast<float>(threshold_a), expected);
    equalise_and_slice(samples, taps, threshold_a, decisions);
    kernel.receive(b.bits[0], b.neighbours, {1, 2, 3}, 0, taps, threshold_a, received);
    CHECK(decisions == expected);
    CHECK(received == expected);
}

TEST_CASE("Decisions do not depend on where blocks are cut", "[symbol_channel]") {
    constexpr std::size_t words = 40;
    const bench b(words);
    const symbol_channel kernel(b.channel);
    const equaliser_taps taps = mmse_taps(b.channel);
    const double threshold_a = optimum_threshold(equalised_levels(b.channel, taps));
    std::vector<std::uint64_t> whole(words), parts(words);
    kernel.receive(b.bits[0], b.neighbours, {9, 9, 9}, 1000, taps, threshold_a, whole);
    for (std::size_t w = 0, width = 1; w < words; w += width, width += 2) {
        const std::size_t part = std::min(width, words - w);
        std::vector<framed_bits> neighbours;
        for (const framed_bits& other : b.neighbours)
            neighbours.push_back(other.subspan(w, part + 2));
        kernel.receive(framed_bits(b.bits[0]).subspan(w, part + 2), neighbours, {9, 9, 9},
                       1000 + 64 * w, taps, threshold_a, std::span(parts).subspan(w, part));
    }
    CHECK(parts == whole);
}

TEST_CASE("Every vector width gives the same samples and decisions", "[symbol_channel]") {
    constexpr std::size_t words = 18;
    const bench b(words);
    const symbol_channel kernel(b.channel);
    const equaliser_taps taps = mmse_taps(b.channel);
    std::vector<float> expected(64 * words + 2), found(64 * words + 2);
    std::vector<std::uint64_t> expected_bits(words), found_bits(words);
    kernel.sample(b.bits[0], b.neighbours, {4, 5, 6}, 0, expected);
    equalise_and_slice(expected, taps, 1.5e-6, expected_bits);
    const std::int64_t supported = hwy::SupportedTargets();
    for (std::int64_t left = supported & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL); left != 0;
         left &= left - 1) {
        hwy::SetSupportedTargetsForTest(left & -left);
        kernel.sample(b.bits[0], b.neighbours, {4, 5, 6}, 0, found);
        equalise_and_slice(found, taps, 1.5e-6, found_bits);
        CHECK(found == expected);
        CHECK(found_bits == expected_bits);
    }
    hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("A quiet lane returns its bits", "[symbol_channel]") {
    baud_channel channel;
    channel.pulse[PRE_CURSORS] = 1.0;
    channel.amplitude_a = 1e-6;
    const auto bits = random_bits(5, 10);
    std::vector<std::uint64_t> decisions(8);
    symbol_channel(channel).receive(bits, {}, {0, 0, 0}, 0, {}, 0.5e-6, decisions);
    CHECK(std::equal(decisions.begin(), decisions.end(), bits.begin() + 1));
}

TEST_CASE("Blocks of unequal shape are refused", "[symbol_channel]") {
    const bench b(4);
    const symbol_channel kernel(b.channel);
    std::vector<std::uint64_t> decisions(5);
    CHECK_THROWS_AS(kernel.receive(b.bits[0], b.neighbours, {}, 0, {}, 0.0, decisions),
                    std::invalid_argument);
    decisions.resize(4);
    CHECK_THROWS_AS(kernel.receive(b.bits[0], {}, {}, 0, {}, 0.0, decisions),
                    std::invalid_argument);
    std::vector<float> samples(4 * 64 + 1);
    CHECK_THROWS_AS(kernel.sample(b.bits[0], b.neighbours, {}, 0, samples), std::invalid_argument);
}
