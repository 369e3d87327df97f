#include "models/dsp/error_law.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/photonics/lane_response.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

double tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

/// The definition, spelled out: every pattern of 14 own bits and of 3 bits of each neighbour, the
/// three samples' noise variances each from its own level.
error_rates enumerate(const baud_channel& channel, const equaliser_taps& taps, double threshold_a) {
    const double gain[3] = {taps.pre_gain(), taps.main_gain(), taps.post_gain()};
    const unsigned own_bits = EQUALISED_TAPS;
    const unsigned bits = own_bits + 3 * static_cast<unsigned>(channel.neighbours);
    double errors[2] = {0.0, 0.0};
    for (std::uint32_t pattern = 0; pattern < 1u << bits; ++pattern) {
        // Own bit m of the pattern is b[k + 4 - m]; sample i is y[k + 1 - i].
        double mean = 0.0, variance = 0.0;
        for (unsigned i = 0; i < 3; ++i) {
            double level = 0.0;
            for (unsigned j = 0; j < PULSE_TAPS; ++j)
                level += channel.pulse[j] * ((pattern >> (i + j)) & 1);
            for (unsigned n = 0; n < channel.neighbours; ++n)
                level += channel.crosstalk[n] * ((pattern >> (own_bits + 3 * n + i)) & 1);
            mean += gain[i] * level;
            variance +=
                gain[i] * gain[i] * (channel.variance_zero + channel.variance_slope * level);
        }
        const double sample_a = taps.sum() * channel.offset_a + channel.amplitude_a * mean;
        const double x = (sample_a - threshold_a) / (channel.amplitude_a * std::sqrt(variance));
        const bool one = (pattern >> EQUALISED_PRE_CURSORS) & 1;
        errors[one] += tail(one ? x : -x);
    }
    const double half = std::ldexp(0.5, static_cast<int>(bits));
    return {(errors[0] + errors[1]) / (2.0 * half), errors[1] / half, errors[0] / half};
}

}  // namespace

TEST_CASE("Without interference the law is Q of the levels", "[error_law]") {
    baud_channel channel;
    channel.pulse[PRE_CURSORS] = 1.0;
    channel.offset_a = 1e-6;
    channel.amplitude_a = 4e-6;
    channel.variance_zero = 0.01;
    channel.variance_slope = 0.03;  // sigma .1 at zero, .2 at one
    const error_rates rates = ber_nrz(channel, {}, 1e-6 + 0.4 * 4e-6);
    CHECK(rates.given_zero == Approx(tail(4.0)).epsilon(1e-9));
    CHECK(rates.given_one == Approx(tail(3.0)).epsilon(1e-9));
    CHECK(rates.ber == Approx(0.5 * (tail(4.0) + tail(3.0))).epsilon(1e-9));
}

TEST_CASE("The law equals full enumeration on real lanes", "[error_law]") {
    photonics::lane_parameters lane;
    lane.length_m = GENERATE(10.0, 20.0, 30.0);
    lane.rate_bps = GENERATE(2e9, 3e9);
    lane.offset_x_m = GENERATE(0.0, 12e-6);  // 2 % crosstalk when shifted
    const photonics::lane_response own = extract(lane);
    const photonics::lane_response* neighbours[] = {&own, &own};
    const baud_channel channel = make_baud_channel(own, neighbours);
    const equaliser_taps taps = mmse_taps(channel);
    const double threshold_a = optimum_threshold(equalised_levels(channel, taps));
    const error_rates expected = enumerate(channel, taps, threshold_a);
    const error_rates rates = ber_nrz(channel, taps, threshold_a);
    INFO(lane.length_m << " m, " << lane.rate_bps << " bit/s, BER " << expected.ber);
    const double tolerance = expected.ber > 1e-9 ? 0.01 : 0.05;
    CHECK(rates.ber == Approx(expected.ber).epsilon(tolerance));
    CHECK(rates.given_one == Approx(expected.given_one).epsilon(tolerance));
    CHECK(rates.given_zero == Approx(expected.given_zero).epsilon(tolerance));
}

TEST_CASE("A noiseless open eye makes no errors, a closed one its patterns", "[error_law]") {
    baud_channel channel;
    channel.amplitude_a = 1e-6;
    channel.pulse[PRE_CURSORS] = 0.4;
    channel.pulse[PRE_CURSORS + 1] = 0.6;
    // The previous bit decides: wrong whenever it differs.
    CHECK(ber_nrz(channel, {}, 0.5e-6).ber == Approx(0.5));
    channel.pulse[PRE_CURSORS] = 0.9;
    channel.pulse[PRE_CURSORS + 1] = 0.1;
    CHECK(ber_nrz(channel, {}, 0.5e-6).ber == 0.0);
}

TEST_CASE("Levels before the slicer", "[error_law]") {
    baud_channel channel;
    channel.offset_a = 1e-6;
    channel.amplitude_a = 2e-6;
    channel.pulse[PRE_CURSORS] = 0.8;
    channel.pulse[PRE_CURSORS + 1] = 0.2;
    channel.variance_zero = 0.04;
    const slicer_levels levels = equalised_levels(channel, {});
    CHECK(levels.zero == Approx(1e-6 + 2e-6 * 0.1));
    CHECK(levels.one == Approx(1e-6 + 2e-6 * 0.9));
    CHECK(levels.sigma_zero == Approx(2e-6 * std::sqrt(0.04 + 0.01)));
}
