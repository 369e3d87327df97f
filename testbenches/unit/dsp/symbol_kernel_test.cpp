#include "models/dsp/symbol_kernel.h"

#include <hwy/targets.h>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "models/common/normal.h"
#include "models/dsp/noise_colour.h"

using namespace luxlane;
using namespace luxlane::dsp;
using photonics::modulation;

namespace {

/// The symbols of one lane, the word of history and of lookahead included.
struct lane_symbols {
    std::vector<std::uint64_t> low, high;

    lane_symbols(std::uint32_t lane, std::size_t words, modulation format) {
        for (std::size_t w = 0; w < words + 2; ++w) {
            const auto block = random_block({11, lane, 0}, w);
            low.push_back((std::uint64_t{block[1]} << 32) | block[0]);
            if (format == modulation::pam4)
                high.push_back((std::uint64_t{block[3]} << 32) | block[2]);
        }
    }

    framed_symbols frame() const { return {low, high}; }
    framed_symbols cut(std::size_t word, std::size_t words) const {
        return {framed_bits(low).subspan(word, words + 2),
                high.empty() ? framed_bits() : framed_bits(high).subspan(word, words + 2)};
    }
    /// Symbol k of the block: the number whose Gray code 00, 01, 11, 10 (high, low) is sent.
    unsigned symbol(std::int64_t k) const {
        const auto index = static_cast<std::size_t>(k + 64);
        const unsigned low_bit = (low[index / 64] >> (index % 64)) & 1;
        if (high.empty())
            return low_bit;
        const unsigned high_bit = (high[index / 64] >> (index % 64)) & 1;
        return high_bit != 0 ? 3 - low_bit : low_bit;
    }
};

/// A channel drawn at random, and lanes to shine through it.
struct bench {
    sampled_channel channel;
    std::vector<lane_symbols> lanes;
    std::vector<framed_symbols> neighbours;

    bench(std::uint64_t seed, modulation format, std::size_t neighbour_count, std::size_t words) {
        std::uint64_t draws = 0;
        const auto uniform = [&](double low, double high) {
            return low + (high - low) * uniform53({seed, 1, 2}, draws++);
        };
        channel.format = format;
        if (format == modulation::pam4)
            channel.level = {0.0, 0.3, 0.68, 1.0};
        for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
            channel.pulse[j] = uniform(-0.05, 0.1);
            channel.pair[j] = uniform(-0.03, 0.03);
        }
        channel.pulse[PRE_CURSORS] = 0.6;
        channel.offset_a = 1.5e-6;
        channel.amplitude_a = 12e-6;
        channel.variance_zero = 0.004;
        channel.variance_slope = 0.006;
        channel.noise_correlation = {0.3, 0.1, 0.02, -0.01};
        channel.neighbours = neighbour_count;
        for (std::size_t n = 0; n < neighbour_count; ++n)
            for (double& tap : channel.crosstalk[n])
                tap = uniform(0.0, 0.01);
        for (std::uint32_t lane = 0; lane <= neighbour_count; ++lane)
            lanes.emplace_back(lane, words, format);
        for (std::size_t n = 1; n < lanes.size(); ++n)
            neighbours.push_back(lanes[n].frame());
    }

    /// L of symbol k by the formula of sampled_channel.h.
    double level(std::int64_t k) const {
        const auto value = [&](std::size_t lane, std::int64_t symbol) {
            return channel.level[lanes[lane].symbol(symbol)];
        };
        double sum = 0.0;
        for (int j = 0; j < PULSE_TAPS; ++j) {
            const auto tap = static_cast<std::size_t>(j);
            const double v = value(0, k + 6 - j);
            sum += channel.pulse[tap] * v + channel.pair[tap] * v * value(0, k + 5 - j);
        }
        for (std::size_t n = 0; n < channel.neighbours; ++n)
            for (int i = 0; i < 5; ++i)
                sum += channel.crosstalk[n][static_cast<std::size_t>(i)] * value(n + 1, k + 2 - i);
        return sum;
    }
};

/// Taps of either sign; `scale` makes the feedback decide few symbols or most of them.
receive_filter some_filter(const sampled_channel& channel, unsigned feedback_taps, double scale) {
    receive_filter filter;
    filter.forward = {-0.03, -0.1, 1.1, -0.05, 0.02};
    const double swing = 0.8 * channel.amplitude_a;
    const double feedback[] = {0.12, -0.05, 0.04, 0.02, -0.01};
    for (unsigned i = 0; i < feedback_taps; ++i)
        filter.feedback_a[i] = scale * feedback[i] * swing;
    const double bottom = channel.offset_a;
    if (channel.format == modulation::nrz)
        filter.threshold_a = {bottom + 0.5 * swing, 0.0, 0.0};
    else
        filter.threshold_a = {bottom + 0.17 * swing, bottom + 0.5 * swing, bottom + 0.83 * swing};
    return filter;
}

/// Decides symbol after symbol as receive_filter.h says: single-precision samples, the rest double.
std::vector<unsigned> decide(const std::vector<float>& samples, const receive_filter& filter,
                             const sampled_channel& channel, const lane_symbols& sent) {
    std::vector<unsigned> decided(64 + samples.size() - 4);
    for (std::size_t k = 0; k < 64; ++k)
        decided[k] = sent.symbol(static_cast<std::int64_t>(k) - 64);
    for (std::size_t k = 0; k + 4 < samples.size(); ++k) {
        double z = 0.0;
        for (std::size_t i = 0; i < 5; ++i)
            z += filter.forward[i] * static_cast<double>(samples[k + 4 - i]);
        for (std::size_t i = 0; i < 5; ++i)
            z -= filter.feedback_a[i] * channel.level[decided[64 + k - 1 - i]];
        unsigned symbol = z > filter.threshold_a[0] ? 1 : 0;
        if (channel.format == modulation::pam4)
            symbol += (z > filter.threshold_a[1] ? 1 : 0) + (z > filter.threshold_a[2] ? 1 : 0);
        decided[64 + k] = symbol;
    }
    decided.erase(decided.begin(), decided.begin() + 64);
    return decided;
}

std::size_t count_errors(framed_bits sent, std::span<const std::uint64_t> decided) {
    std::size_t errors = 0;
    for (std::size_t w = 0; w < decided.size(); ++w)
        errors += static_cast<std::size_t>(std::popcount(sent[w + 1] ^ decided[w]));
    return errors;
}

/// Every target that this machine runs, one after the other; all of them again at the end.
template <class Check>
void on_each_target(Check check) {
    const std::int64_t supported = hwy::SupportedTargets();
    for (std::int64_t left = supported & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL); left != 0;
         left &= left - 1) {
        hwy::SetSupportedTargetsForTest(left & -left);
        check();
    }
    hwy::SetSupportedTargetsForTest(0);
}

}  // namespace

TEST_CASE("Vector samples of every width equal their scalar twin", "[symbol_kernel]") {
    const modulation format = GENERATE(modulation::nrz, modulation::pam4);
    const std::size_t neighbours = GENERATE(0u, 1u, 2u, 3u, 4u);
    const std::size_t words = GENERATE(0u, 1u, 16u, 21u);
    const bench b(words + neighbours, format, neighbours, words);
    const symbol_kernel kernel(b.channel);
    const stream_key noise{3, 14, 15};
    for (const std::uint64_t first : {0ull, 1003ull, ~0ull - 300}) {
        std::vector<float> expected(64 * words + 4), samples(64 * words + 4);
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = kernel.sample_scalar(b.lanes[0].frame(), b.neighbours, noise, first,
                                               static_cast<std::int64_t>(i) - 2);
        on_each_target([&] {
            kernel.sample(b.lanes[0].frame(), b.neighbours, noise, first, samples);
            CHECK(samples == expected);
        });
    }
}

TEST_CASE("Without noise, samples follow the channel's formula", "[symbol_kernel]") {
    const modulation format = GENERATE(modulation::nrz, modulation::pam4);
    constexpr std::size_t words = 20;
    bench b(77, format, 4, words);
    b.channel.variance_zero = b.channel.variance_slope = 0.0;
    SECTION("Swing and offset") {}
    SECTION("Raised lowest level") { b.channel.level[0] = 0.11; }
    std::vector<float> samples(64 * words + 4);
    symbol_kernel(b.channel).sample(b.lanes[0].frame(), b.neighbours, {}, 0, samples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double expected =
            b.channel.offset_a + b.channel.amplitude_a * b.level(static_cast<std::int64_t>(i) - 2);
        REQUIRE(static_cast<double>(samples[i]) ==
                Approx(expected).margin(3e-6 * b.channel.amplitude_a));
    }
}

TEST_CASE("Samples do not depend on where blocks are cut", "[symbol_kernel]") {
    const modulation format = GENERATE(modulation::nrz, modulation::pam4);
    constexpr std::size_t words = 40;
    const bench b(5, format, 3, words);
    const symbol_kernel kernel(b.channel);
    std::vector<float> whole(64 * words + 4), part;
    kernel.sample(b.lanes[0].frame(), b.neighbours, {9, 9, 9}, 1017, whole);
    for (std::size_t w = 0, width = 1; w < words; w += width, width += 3) {
        const std::size_t count = std::min(width, words - w);
        std::vector<framed_symbols> neighbours;
        for (std::size_t n = 1; n < b.lanes.size(); ++n)
            neighbours.push_back(b.lanes[n].cut(w, count));
        part.assign(64 * count + 4, 0.0f);
        kernel.sample(b.lanes[0].cut(w, count), neighbours, {9, 9, 9}, 1017 + 64 * w, part);
        CHECK(std::equal(part.begin(), part.end(),
                         whole.begin() + static_cast<std::ptrdiff_t>(64 * w)));
    }
}

TEST_CASE("Decisions of every width equal those taken one by one", "[symbol_kernel]") {
    const modulation format = GENERATE(modulation::nrz, modulation::pam4);
    const unsigned feedback_taps = GENERATE(0u, 1u, 2u, 3u, 4u, 5u);
    const double scale = GENERATE(1.0, 6.0);
    constexpr std::size_t words = 70;
    const bench b(6 + feedback_taps, format, 2, words);
    const symbol_kernel kernel(b.channel);
    const receive_filter filter = some_filter(b.channel, feedback_taps, scale);
    const lane_symbols& sent = b.lanes[0];
    std::vector<float> samples(64 * words + 4);
    kernel.sample(sent.frame(), b.neighbours, {1, 2, 3}, 64, samples);
    const std::vector<unsigned> expected = decide(samples, filter, b.channel, sent);
    std::vector<std::uint64_t> low(words), high(format == modulation::pam4 ? words : 0);
    std::vector<std::uint64_t> received_low(low), received_high(high);
    std::size_t differences = 0, wrong = 0;
    on_each_target([&] {
        kernel.receive(sent.frame(), b.neighbours, {1, 2, 3}, 64, filter, received_low,
                       received_high);
        equalise_and_slice(samples, filter, b.channel,
                           {sent.low[0], high.empty() ? 0 : sent.high[0]}, low, high);
        CHECK(low == received_low);
        CHECK(high == received_high);
        for (std::size_t k = 0; k < expected.size(); ++k) {
            const unsigned low_bit = (low[k / 64] >> (k % 64)) & 1;
            const unsigned high_bit = high.empty() ? 0 : (high[k / 64] >> (k % 64)) & 1;
            const unsigned decided = high_bit != 0 ? 3 - low_bit : low_bit;
            differences += decided != expected[k];
            wrong += expected[k] != sent.symbol(static_cast<std::int64_t>(k));
        }
    });
    CHECK(wrong > 0);  // errors propagate alike
    CHECK(differences == 0);
}

TEST_CASE("Noise has the channel's correlation and is normal", "[symbol_kernel]") {
    constexpr std::size_t words = 1 << 14;
    sampled_channel channel;
    channel.amplitude_a = 1.0;
    channel.variance_zero = 0.25;
    channel.noise_correlation =
        GENERATE(std::array{0.0, 0.0, 0.0, 0.0}, std::array{0.614, 0.170, -0.0167, -0.042},
                 std::array{-0.3, 0.1, 0.05, -0.1});
    std::array<double, 7> correlation{1.0};
    std::ranges::copy(channel.noise_correlation, correlation.begin() + 1);
    const lane_symbols dark(0, words, modulation::nrz);
    std::vector<float> samples(64 * words + 4);
    symbol_kernel(channel).sample(dark.frame(), {}, {2, 7, 1}, 5, samples);
    const double n = static_cast<double>(samples.size());
    double squares = 0.0, fourth = 0.0;
    for (const double r : correlation)
        squares += r * r;
    for (std::size_t lag = 0; lag < correlation.size(); ++lag) {
        double sum = 0.0;
        for (std::size_t i = lag; i < samples.size(); ++i)
            sum += static_cast<double>(samples[i]) * static_cast<double>(samples[i - lag]);
        // Bartlett's bound on the variance of an estimated covariance.
        const double sigma = 0.25 * std::sqrt(2.0 * (2.0 * squares - 1.0) / n);
        INFO("lag " << lag);
        CHECK(sum / n == Approx(0.25 * correlation[lag]).margin(4.0 * sigma));
    }
    for (const float x : samples)
        fourth += std::pow(static_cast<double>(x), 4.0);
    CHECK(fourth / n == Approx(3.0 * 0.0625).margin(0.0625 * 4.0 * std::sqrt(96.0 * 3.0 / n)));
}

TEST_CASE("Noise follows the level", "[symbol_kernel]") {
    constexpr std::size_t words = 1 << 13;
    sampled_channel channel;
    channel.format = modulation::pam4;
    channel.level = {0.0, 0.4, 0.7, 1.0};
    channel.pulse[PRE_CURSORS] = 1.0;
    channel.offset_a = 0.5;
    channel.amplitude_a = 2.0;
    channel.variance_zero = 0.01;
    channel.variance_slope = 0.03;
    const lane_symbols sent(0, words, modulation::pam4);
    std::vector<float> samples(64 * words + 4);
    symbol_kernel(channel).sample(sent.frame(), {}, {2, 7, 1}, 0, samples);
    std::array<double, 4> count{}, sum{}, squares{};
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const unsigned symbol = sent.symbol(static_cast<std::int64_t>(i) - 2);
        const double x = static_cast<double>(samples[i]) - 0.5 - 2.0 * channel.level[symbol];
        count[symbol] += 1.0;
        sum[symbol] += x;
        squares[symbol] += x * x;
    }
    for (std::size_t s = 0; s < 4; ++s) {
        const double variance = 4.0 * (0.01 + 0.03 * channel.level[s]);
        CHECK(sum[s] / count[s] == Approx(0.0).margin(4.0 * std::sqrt(variance / count[s])));
        CHECK(squares[s] / count[s] ==
              Approx(variance).margin(4.0 * variance * std::sqrt(2.0 / count[s])));
    }
}

TEST_CASE("Error rates in white noise are those of theory", "[symbol_kernel]") {
    constexpr std::size_t words = 1 << 16;
    sampled_channel channel;
    channel.pulse[PRE_CURSORS] = 1.0;
    channel.offset_a = 1e-6;
    channel.amplitude_a = 6e-6;
    receive_filter filter;
    double bits = 64.0 * words, expected = 0.0;
    std::vector<std::uint64_t> low(words), high;
    SECTION("NRZ: Q(half the swing over sigma)") {
        channel.variance_zero = 0.15 * 0.15;
        filter.threshold_a = {4e-6, 0.0, 0.0};
        expected = 0.5 * std::erfc(0.5 / 0.15 / std::sqrt(2.0));
    }
    SECTION("PAM4, Gray: 3/4 Q(x) + 1/2 Q(3x) - 1/4 Q(5x)") {
        // Proakis, Digital Communications, bit by bit; x is half the level distance over sigma.
        channel.format = modulation::pam4;
        channel.level = {0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0};
        channel.variance_zero = 0.07 * 0.07;
        filter.threshold_a = {2e-6, 4e-6, 6e-6};
        high.resize(words);
        bits *= 2.0;
        const double x = 1.0 / 6.0 / 0.07;
        expected = 0.75 * normal_tail(x) + 0.5 * normal_tail(3 * x) - 0.25 * normal_tail(5 * x);
    }
    const lane_symbols sent(4, words, channel.format);
    symbol_kernel(channel).receive(sent.frame(), {}, {21, 0, 0}, 0, filter, low, high);
    const std::size_t errors = count_errors(sent.low, low) + count_errors(sent.high, high);
    CHECK(expected * bits > 1000);
    CHECK(static_cast<double>(errors) ==
          Approx(expected * bits).margin(3.9 * std::sqrt(2.0 * expected * bits)));
}

TEST_CASE("PAM4 symbols pass a quiet channel in Gray code", "[symbol_kernel]") {
    sampled_channel channel;
    channel.format = modulation::pam4;
    channel.level = {0.0, 0.25, 0.6, 1.0};
    channel.pulse[PRE_CURSORS] = 1.0;
    channel.amplitude_a = 1.0;
    receive_filter filter;
    filter.threshold_a = {0.1, 0.4, 0.8};
    // (high, low) = 00, 01, 11, 10, four symbols each way round.
    const std::vector<std::uint64_t> low = {0, 0x66, 0}, high = {0, 0x3c, 0};
    std::vector<float> samples(68);
    symbol_kernel(channel).sample({low, high}, {}, {}, 0, samples);
    const std::vector<float> levels = {0.0f, 0.25f, 0.6f, 1.0f, 1.0f, 0.6f, 0.25f, 0.0f};
    CHECK(std::vector(samples.begin() + 2, samples.begin() + 10) == levels);
    std::vector<std::uint64_t> received_low(1), received_high(1);
    equalise_and_slice(samples, filter, channel, {}, received_low, received_high);
    CHECK(received_low[0] == low[1]);
    CHECK(received_high[0] == high[1]);
}

TEST_CASE("Colouring taps have the correlation asked for", "[noise_colour]") {
    const auto correlation_of = [](const noise_taps& c, std::size_t lag) {
        double sum = 0.0;
        for (std::size_t i = 0; i + lag < c.size(); ++i)
            sum += c[i] * c[i + lag];
        return sum;
    };
    // A moving average known in closed form: 1, -0.4 has the correlation -0.4 / 1.16.
    const noise_taps simple = colour_noise({-0.4 / 1.16, 0.0, 0.0, 0.0});
    CHECK(simple[0] == Approx(1.0 / std::sqrt(1.16)).epsilon(1e-12));
    CHECK(simple[1] == Approx(-0.4 / std::sqrt(1.16)).epsilon(1e-12));
    CHECK(simple[2] == Approx(0.0).margin(1e-12));
    const std::array<double, 4> asked = {0.55, 0.2, 0.05, -0.02};
    const noise_taps taps = colour_noise(asked);
    CHECK(correlation_of(taps, 0) == Approx(1.0));
    for (std::size_t lag = 1; lag <= 4; ++lag)
        CHECK(correlation_of(taps, lag) == Approx(asked[lag - 1]).margin(1e-12));
    // Cut off after four lags, 0.9^lag is no correlation; what is made of it lies between the
    // Bartlett-tapered one and the one asked for.
    const std::array<double, 4> cut = {0.9, 0.81, 0.729, 0.6561};
    const noise_taps nearest = colour_noise(cut);
    CHECK(correlation_of(nearest, 0) == Approx(1.0));
    for (std::size_t lag = 1; lag <= 4; ++lag) {
        CHECK(correlation_of(nearest, lag) <= cut[lag - 1]);
        CHECK(correlation_of(nearest, lag) >=
              cut[lag - 1] * (1.0 - 0.2 * static_cast<double>(lag)) - 1e-9);
    }
    const noise_taps impossible = colour_noise({1.0, -1.0, 1.0, -1.0});
    CHECK(correlation_of(impossible, 0) == Approx(1.0));
    CHECK_THROWS_AS(colour_noise({0.0, std::nan(""), 0.0, 0.0}), std::invalid_argument);
}

TEST_CASE("Blocks and coefficients that do not fit are refused", "[symbol_kernel]") {
    constexpr std::size_t words = 4;
    const bench nrz(1, modulation::nrz, 2, words), pam4(1, modulation::pam4, 2, words);
    const symbol_kernel kernel(nrz.channel), kernel4(pam4.channel);
    const framed_symbols own = nrz.lanes[0].frame(), own4 = pam4.lanes[0].frame();
    std::vector<float> samples(64 * words + 4), odd(64 * words + 3);
    std::vector<std::uint64_t> low(words), longer(words + 1);
    using refused = std::invalid_argument;
    CHECK_THROWS_AS(kernel.sample(own, nrz.neighbours, {}, 0, odd), refused);
    CHECK_THROWS_AS(kernel.sample(own, {}, {}, 0, samples), refused);
    CHECK_THROWS_AS(kernel.sample(own4, nrz.neighbours, {}, 0, samples), refused);
    CHECK_THROWS_AS(kernel4.sample(own, pam4.neighbours, {}, 0, samples), refused);
    CHECK_THROWS_AS(kernel4.sample(own4, nrz.neighbours, {}, 0, samples), refused);
    CHECK_THROWS_AS(kernel.receive(own, nrz.neighbours, {}, 0, {}, longer, {}), refused);
    CHECK_THROWS_AS(kernel.receive(own, nrz.neighbours, {}, 0, {}, low, low), refused);
    CHECK_THROWS_AS(kernel4.receive(own4, pam4.neighbours, {}, 0, {}, low, {}), refused);
    CHECK_THROWS_AS(equalise_and_slice(odd, {}, nrz.channel, {}, low, {}), refused);
    CHECK_THROWS_AS(equalise_and_slice(samples, {}, pam4.channel, {}, low, {}), refused);
    sampled_channel broken = nrz.channel;
    broken.neighbours = 5;
    CHECK_THROWS_AS(symbol_kernel(broken), refused);
    broken = nrz.channel;
    broken.pulse[3] = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(symbol_kernel(broken), refused);
}
