#include "models/photonics/lane_response.h"

#include <cmath>

#include "models/photonics/constants.h"
#include "models/photonics/driver.h"
#include "models/photonics/light_shares.h"
#include "models/photonics/linear_chain.h"

namespace luxlane::photonics {

namespace {

using complex = std::complex<double>;

/// Transmit equaliser over its gain at rest.
complex transmit_response(const lane_parameters& lane, double frequency_hz) {
    const double turn = 2.0 * PI * frequency_hz / lane.symbol_rate_bd();
    const double taps[] = {-lane.transmit_pre_tap, lane.transmit_main_tap(),
                           -lane.transmit_post_tap, -lane.transmit_post2_tap,
                           -lane.transmit_post3_tap};
    complex sum = 0.0;
    double at_rest = 0.0;
    double delay = -1.0;  // symbols
    for (const double tap : taps) {
        sum += tap * complex(std::cos(turn * delay), -std::sin(turn * delay));
        at_rest += tap;
        delay += 1.0;
    }
    return sum / at_rest;
}

}  // namespace

complex chain_response(const lane_parameters& lane, double frequency_hz) {
    check(lane);
    const led_device led = emitter_of(lane);
    const led_state state = steady_state(led, drive_of(lane).average_a);
    const double driver_s =
        driver_time_constant_s(led, state, lane.driver_resistance_ohm, lane.node_capacitance_f);
    const double w = 2.0 * PI * frequency_hz;
    return transmit_response(lane, frequency_hz) * linear_chain_of(lane).signal(frequency_hz) /
           (complex(1.0, w * state.differential_lifetime_s) * complex(1.0, w * driver_s));
}

std::array<budget_stage, BUDGET_STAGES> link_budget(const lane_parameters& lane) {
    check(lane);
    const led_device led = emitter_of(lane);
    const drive_levels drive = drive_of(lane);
    const light_shares shares = shares_of(lane);
    double power_w = 0.5 * (steady_state(led, drive.long_one_a).optical_power_w +
                            steady_state(led, drive.long_zero_a).optical_power_w);
    std::array<budget_stage, BUDGET_STAGES> stages{};
    std::size_t next = 0;
    const auto pass = [&](std::string_view name, double share) {
        const double left_w = power_w * share;
        stages[next++] = {name, -10.0 * std::log10(share), power_w - left_w, left_w};
        power_w = left_w;
    };
    const auto pass_db = [&](std::string_view name, double loss_db) {
        pass(name, std::pow(10.0, -loss_db / 10.0));
    };
    pass("emitter", 1.0);
    pass_db("transmit coupling", lane.transmit_coupling_db);
    pass_db("connectors", lane.connector_db);
    pass_db("fibre", lane.attenuation_db_per_m * lane.length_m);
    pass("neighbours' cores", 1.0 - SIDES * shares.coupled);
    pass_db("receive coupling", lane.receive_coupling_db);
    pass_db("this lane", lane.excess_loss_db);
    const double on_photodiodes = 1.0 - shares.spot.gaps;
    pass("between photodiodes", on_photodiodes);
    // A spot that meets no photodiode has nothing left to lose.
    pass("neighbours' photodiodes", on_photodiodes > 0.0 ? shares.spot.own / on_photodiodes : 1.0);
    return stages;
}

}  // namespace luxlane::photonics
