#include "models/dsp/error_propagation.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/dsp/statistical_eye.h"
#include "testbenches/unit/dsp/counted_symbols.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

double upper_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

/// Post cursors that the feedback cancels, in white noise.
sampled_channel post_cursors(double sigma, std::initializer_list<double> cursors) {
    sampled_channel channel;
    channel.amplitude_a = 1e-6;
    channel.pulse[6] = 1.0;
    std::size_t place = 7;
    for (const double cursor : cursors)
        channel.pulse[place++] = cursor;
    channel.variance_zero = sigma * sigma;
    return channel;
}

/// A lane's usual faults: a pre cursor, a long tail, pairs, coloured noise, crosstalk.
sampled_channel tailed_channel(double sigma) {
    sampled_channel channel = post_cursors(sigma, {0.30, 0.14, 0.08, 0.05, 0.02});
    channel.pulse[5] = 0.08;
    channel.pulse[6] = 0.62;
    channel.pair[7] = 0.02;
    channel.variance_slope = 0.3 * sigma * sigma;
    channel.noise_correlation = {0.35, 0.1, 0.02, 0.0};
    channel.neighbours = 2;
    channel.crosstalk[0][2] = 0.02;
    channel.crosstalk[1][2] = 0.01;
    return channel;
}

/// |log10(law / counted)| and the standard error of the latter, decades.
struct deviation {
    double decades, error;
};

deviation compare(const sampled_channel& channel, const filter_shape& shape, unsigned blocks) {
    const receive_filter filter = train(channel, shape);
    counted_symbols source(channel, filter, 11);
    error_counter counter;
    for (unsigned k = 0; k < blocks; ++k)
        counter.add(source.next());
    const auto interval = counter.interval();
    const double law = symbol_error_law(channel, filter).ber;
    return {std::log10(law / counter.ber()),
            std::log10(interval.high / interval.low) / (2.0 * 1.96)};
}

}  // namespace

TEST_CASE("no feedback, no propagation") {
    const auto channel = tailed_channel(0.1);
    const auto filter = train(channel, {.forward_taps = 3});
    const auto ratio = error_propagation(equalise(channel, channel, filter), channel, filter);
    CHECK(ratio.all == 1.0);
    CHECK(ratio.given_one == 1.0);
    CHECK(ratio.given_zero == 1.0);
    CHECK(symbol_error_law(channel, filter).ber == first_error_law(channel, filter).ber);
}

TEST_CASE("one cancelled post cursor in white noise is a Markov chain of two states") {
    for (const double cursor : {0.2, 0.5, 1.0})
        for (const double sigma : {0.25, 0.15, 0.1}) {
            const auto channel = post_cursors(sigma, {cursor});
            receive_filter filter;
            filter.feedback_a[0] = cursor * channel.amplitude_a;
            filter.threshold_a[0] = 0.5 * channel.amplitude_a;
            // A wrong symbol before shifts the sample by the cursor, either way equally likely.
            const double right = upper_tail(0.5 / sigma);
            const double wrong =
                0.5 * (upper_tail((0.5 - cursor) / sigma) + upper_tail((0.5 + cursor) / sigma));
            const double stationary = right / (1.0 - wrong + right);
            INFO("cursor " << cursor << ", sigma " << sigma);
            CHECK(symbol_error_law(channel, filter).ber == Approx(stationary).epsilon(1e-3));
        }
}

TEST_CASE("the law with feedback equals a count") {
    for (const unsigned taps : {1u, 2u, 3u, 5u})
        for (const unsigned forward : {1u, 3u, 5u})
            for (const double sigma : {0.2, 0.12, 0.09}) {
                const auto [decades, error] = compare(
                    tailed_channel(sigma), {.forward_taps = forward, .feedback_taps = taps}, 1500);
                INFO(forward << "+" << taps << " taps, sigma " << sigma << ": law is " << decades
                             << " decades above the count +- " << error);
                CHECK(std::abs(decades) < 3.0 * error + (taps <= 2 ? 0.015 : 0.1));
            }
}

TEST_CASE("the law of PAM4 with feedback equals a count") {
    for (const unsigned taps : {1u, 2u, 4u})
        for (const double sigma : {0.06, 0.035}) {
            auto channel = tailed_channel(sigma);
            channel.format = photonics::modulation::pam4;
            channel.level = {0.0, 0.36, 0.7, 1.0};
            const auto [decades, error] =
                compare(channel, {.forward_taps = 3, .feedback_taps = taps}, 1500);
            INFO(taps << " taps, sigma " << sigma << ": law is " << decades
                      << " decades above the count +- " << error);
            CHECK(std::abs(decades) < 3.0 * error + (taps <= 2 ? 0.015 : 0.1));
        }
}
