#include "platform/link/lane_law.h"

#include <algorithm>
#include <cmath>

#include "models/photonics/receiver.h"

namespace luxlane::link {

namespace {

using photonics::lane_parameters;
using photonics::lane_response;

constexpr double MOST_LIGHT_MISSING_DB = 40.0;
constexpr double MOST_LOSS_DB = 80.0;
constexpr double RESOLUTION_DB = 1e-3;

double square(double x) { return x * x; }

/// Coefficients of the parabola through three points.
std::array<double, 3> parabola(const std::array<double, 3>& x, const std::array<double, 3>& y) {
    const double first = (y[1] - y[0]) / (x[1] - x[0]);
    const double second = ((y[2] - y[1]) / (x[2] - x[1]) - first) / (x[2] - x[0]);
    return {y[0] - first * x[0] + second * x[0] * x[1], first - second * (x[0] + x[1]), second};
}

}  // namespace

lane_law::lane_law(const lane_parameters& lane, std::size_t neighbours)
    : lane_(lane),
      neighbours_(neighbours),
      response_(photonics::extract(lane)),
      phases_(photonics::extract_phases(lane)),
      dark_a_(photonics::dark_current_a(photonics::receiver_of(lane))) {
    const double swing_a = response_.one_a - response_.zero_a;
    if (!(swing_a > 0.0)) {
        noise_ = {square(response_.noise_zero_a), 0.0, 0.0};
        return;
    }
    // The third current lies in the middle between the two.
    lane_parameters half = lane;
    half.responsivity_factor *= 0.5 * (1.0 + response_.zero_a / response_.one_a);
    const lane_response third = photonics::extract(half);
    noise_ = parabola(
        {response_.zero_a, response_.one_a, third.one_a},
        {square(response_.noise_zero_a), square(response_.noise_one_a), square(third.noise_one_a)});
}

double lane_law::noise_a(double current_a) const {
    return std::sqrt(std::max(noise_[0] + current_a * (noise_[1] + current_a * noise_[2]), 0.0));
}

lane_response lane_law::response_at(double loss_db) const {
    const double share = std::pow(10.0, -loss_db / 10.0);
    lane_response out = response_;
    out.one_a *= share;
    out.zero_a *= share;
    out.received_power_w *= share;
    out.noise_one_a = noise_a(out.one_a);
    out.noise_zero_a = noise_a(out.zero_a);
    return out;
}

trained_receiver lane_law::train(double loss_db, impairment without) const {
    lane_response own = response_at(loss_db);
    lane_parameters lane = lane_;
    if (without == impairment::interference) {
        own.pulse.fill(0.0);
        own.pair.fill(0.0);
        own.pulse[photonics::PRE_CURSORS] = 1.0;
        own.residual = 0.0;
    } else if (without == impairment::extinction) {
        // The same average light, all of it in the ones.
        own.one_a += own.zero_a;
        own.zero_a = 0.0;
        own.noise_one_a = noise_a(own.one_a);
        own.noise_zero_a = noise_a(0.0);
    } else if (without == impairment::jitter) {
        own.jitter_noise = 0.0;
    } else if (without == impairment::intensity_noise) {
        const auto quiet = [&](double noise, double current) {
            return std::sqrt(std::max(square(noise) - noise_[2] * square(current), 0.0));
        };
        own.noise_one_a = quiet(own.noise_one_a, own.one_a);
        own.noise_zero_a = quiet(own.noise_zero_a, own.zero_a);
        lane.supply_noise_relative = 0.0;
    }
    std::vector<dsp::shining_neighbour> lit;
    const std::size_t count = without == impairment::crosstalk ? 0 : neighbours_;
    for (std::size_t side = 0; side < count; ++side)
        lit.push_back({&own, own.crosstalk[side]});
    trained_receiver out;
    out.channel = dsp::make_sampled_channel(lane, own, lit);
    out.filter = dsp::train(out.channel, dsp::shape_of(lane_));
    return out;
}

dsp::error_rates lane_law::rates(double loss_db, impairment without) const {
    const trained_receiver receiver = train(loss_db, without);
    if (without == impairment::interference)
        return dsp::symbol_error_law(receiver.channel, receiver.filter);
    const auto jitter =
        without == impairment::jitter ? dsp::sampling_jitter{} : dsp::jitter_of(lane_);
    return dsp::jittered_error_law(receiver.channel, phases_, receiver.filter, jitter);
}

std::optional<double> lane_law::margin_db(double target_ber, impairment without) const {
    const auto good = [&](double loss_db) { return rates(loss_db, without).ber <= target_ber; };
    double passing = -MOST_LIGHT_MISSING_DB, failing = MOST_LOSS_DB;
    if (!good(passing) || good(failing))
        return std::nullopt;
    while (failing - passing > RESOLUTION_DB) {
        const double middle = 0.5 * (passing + failing);
        (good(middle) ? passing : failing) = middle;
    }
    return passing;
}

}  // namespace luxlane::link
