#include "models/dsp/sampled_channel.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "models/photonics/linear_chain.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

/// A response in round numbers: 10 uA swing on 1 uA of rest light.
photonics::lane_response round_response() {
    photonics::lane_response response{};
    response.pulse[5] = 0.1;
    response.pulse[6] = 0.6;
    response.pulse[7] = 0.2;
    response.pair[6] = 0.1;
    response.level = {0.0, 1.0, 0.0, 0.0};
    response.one_a = 11e-6;
    response.zero_a = 1e-6;
    response.noise_one_a = 0.5e-6;
    response.noise_zero_a = 0.3e-6;
    response.residual = 0.01;
    response.jitter_noise = 0.02;
    response.noise_correlation = {0.4, 0.1, 0.0, 0.0};
    return response;
}

photonics::lane_parameters plain_lane() {
    photonics::lane_parameters lane;
    lane.supply_noise_relative = 0.003;
    return lane;
}

double wander_of(const photonics::lane_parameters& lane) {
    return photonics::baseline_wander(lane.offset_corner_hz, 1.0 / lane.symbol_rate_bd());
}

}  // namespace

TEST_CASE("a lane on its own keeps its response and adds up its variances") {
    const auto lane = plain_lane();
    const auto own = round_response();
    const auto channel = make_sampled_channel(lane, own, {});
    CHECK(channel.pulse == own.pulse);
    CHECK(channel.pair == own.pair);
    CHECK(channel.offset_a == own.zero_a);
    CHECK(channel.amplitude_a == Approx(10e-6));
    CHECK(channel.neighbours == 0);
    // (0.3 / 10)^2 of noise; residual, jitter, supply as squares of their parts of the swing.
    const double white = 1e-4 + 4e-4 + 9e-6;
    CHECK(channel.variance_zero == Approx(9e-4 + white + wander_of(lane)));
    CHECK(channel.variance_slope == Approx(25e-4 - 9e-4));
    CHECK(channel.jitter_variance == Approx(4e-4));
    // Half of the slope at mid level; only the amplifier's share of the noise is coloured.
    const double filtered = 9e-4 + 8e-4;
    CHECK(channel.noise_correlation[0] ==
          Approx((0.4 * filtered + wander_of(lane)) / (filtered + white + wander_of(lane))));
}

TEST_CASE("the baseline of PAM4 wanders by less") {
    auto lane = plain_lane();
    lane.offset_corner_hz = 2e6;
    lane.supply_noise_relative = 0.0;
    auto own = round_response();
    own.residual = own.jitter_noise = 0.0;
    const double nrz = make_sampled_channel(lane, own, {}).variance_zero - 9e-4;
    lane.format = photonics::modulation::pam4;
    lane.rate_bps *= 2.0;
    own.level = {0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0};
    // Variance of 0, 1/3, 2/3, 1 over that of 0, 1: (5/36) / (1/4).
    CHECK(make_sampled_channel(lane, own, {}).variance_zero - 9e-4 == Approx(5.0 / 9.0 * nrz));
}

TEST_CASE("a neighbour's light arrives with its own pulse, scaled to the lane's swing") {
    const auto own = round_response();
    auto other = round_response();
    other.pair = {};
    other.pulse = {};
    other.pulse[0] = 0.05;
    other.pulse[4] = 0.05;
    other.pulse[6] = 0.7;
    other.pulse[9] = 0.2;
    other.one_a = 7e-6;
    other.zero_a = 2e-6;
    const std::array<shining_neighbour, 1> neighbours = {{{&other, 0.1}}};
    const auto alone = make_sampled_channel(plain_lane(), own, {});
    const auto channel = make_sampled_channel(plain_lane(), own, neighbours);
    // A tenth of 5 uA over 10 uA; what lies outside two symbols joins the outermost taps.
    CHECK(channel.neighbours == 1);
    CHECK(channel.crosstalk[0][0] == Approx(0.05 * 0.1));
    CHECK(channel.crosstalk[0][1] == 0.0);
    CHECK(channel.crosstalk[0][2] == Approx(0.05 * 0.7));
    CHECK(channel.crosstalk[0][4] == Approx(0.05 * 0.2));
    CHECK(channel.offset_a == Approx(1e-6 + 0.1 * 2e-6));
    // 0.2 uA of rest light is 0.02 of the swing's shot noise.
    CHECK(channel.variance_zero - alone.variance_zero == Approx(0.02 * alone.variance_slope));
}

TEST_CASE("a neighbour's pairs become the straight line through their mean") {
    const auto own = round_response();
    const std::array<shining_neighbour, 1> neighbours = {{{&own, 1.0}}};
    const auto channel = make_sampled_channel(plain_lane(), own, neighbours);
    // 0.1 v v' ~ 0.1 (v/2 + v'/2 - 1/4).
    CHECK(channel.crosstalk[0][2] == Approx(0.6 + 0.05));
    CHECK(channel.crosstalk[0][3] == Approx(0.2 + 0.05));
    CHECK(channel.offset_a == Approx(2e-6 - 0.025 * 10e-6));
}

TEST_CASE("a dark lane has noise and crosstalk and no signal") {
    const auto other = round_response();
    photonics::lane_response dark{};
    dark.noise_zero_a = 0.2e-6;
    const std::array<shining_neighbour, 1> neighbours = {{{&other, 0.01}}};
    const auto channel = make_sampled_channel(plain_lane(), dark, neighbours);
    CHECK(std::accumulate(channel.pulse.begin(), channel.pulse.end(), 0.0) == 0.0);
    CHECK(channel.amplitude_a * channel.amplitude_a * channel.variance_zero == Approx(0.04e-12));
    CHECK(channel.amplitude_a * channel.crosstalk[0][2] == Approx(0.01 * 0.65 * 10e-6));
}

TEST_CASE("five neighbours are refused") {
    const auto own = round_response();
    const std::vector<shining_neighbour> five(5, {&own, 0.01});
    CHECK_THROWS_AS(make_sampled_channel(plain_lane(), own, five), std::invalid_argument);
}
