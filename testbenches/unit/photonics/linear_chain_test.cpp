#include "models/photonics/linear_chain.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/common/random.h"
#include "models/photonics/constants.h"

using namespace luxlane::photonics;

namespace {

/// No fibre, a photodiode far beyond the amplifier, no equaliser, white noise.
linear_chain bare(double amplifier_hz) {
    return {.spread_s = 0.0,
            .photodiode_hz = 1e12,
            .amplifier_hz = amplifier_hz,
            .amplifier_damping = std::sqrt(0.5),
            .noise_corner_hz = 1e15,
            .ctle_peaking = 1.0,
            .ctle_zero_hz = 1e9,
            .ctle_pole_hz = 3e9};
}

double variance(const sampled_response& response) {
    double sum = 0.0;
    for (float tap : response.taps)
        sum += double(tap) * tap;
    return sum;
}

double autocorrelation(const sampled_response& response, std::size_t lag) {
    double sum = 0.0;
    for (std::size_t k = lag; k < response.taps.size(); ++k)
        sum += double(response.taps[k]) * response.taps[k - lag];
    return sum / variance(response);
}

/// Rectangle rule up to `end_hz`: a witness with nothing in common with the code under test.
template <typename Function>
double integral(Function density, double step_hz, double end_hz) {
    double sum = 0.0;
    for (double f = 0.5 * step_hz; f < end_hz; f += step_hz)
        sum += density(f) * step_hz;
    return sum;
}

}  // namespace

TEST_CASE("The amplifier's bandwidth is where its power is half, whatever its damping",
          "[linear_chain]") {
    for (double damping : {0.3, 0.5, 0.71, 1.0, 2.0}) {
        linear_chain chain = bare(1.5e9);
        chain.amplifier_damping = damping;
        CHECK(std::norm(chain.noise(1.5e9)) == Approx(0.5).epsilon(1e-5));
        CHECK(std::norm(chain.noise(0.0)) == Approx(1.0));
    }
    // Critically damped: two equal poles, each down by 1.5 dB at the bandwidth.
    linear_chain chain = bare(1.5e9);
    chain.amplifier_damping = 1.0;
    const double pole_hz = 1.5e9 / std::sqrt(std::sqrt(2.0) - 1.0);
    const auto expected = single_pole(pole_hz, 0.7e9) * single_pole(pole_hz, 0.7e9);
    CHECK(std::abs(chain.noise(0.7e9) - expected) < 1e-6);
}

TEST_CASE("The continuous-time equaliser peaks as asked", "[linear_chain]") {
    linear_chain chain = bare(1e12);
    chain.ctle_peaking = std::pow(10.0, 6.0 / 20.0);
    chain.ctle_zero_hz = 1e6;
    chain.ctle_pole_hz = 1e11;
    CHECK(std::abs(chain.signal(0.0)) == Approx(1.0));
    // Far between the first pole and the second, the gain is the whole peaking.
    CHECK(20.0 * std::log10(std::abs(chain.signal(3e8))) == Approx(6.0).margin(0.01));
    CHECK(std::abs(chain.signal(1e11)) ==
          Approx(chain.ctle_peaking / std::sqrt(2.0)).epsilon(0.01));
    lane_parameters lane;
    lane.ctle_peaking_db = 6.0;
    CHECK(linear_chain_of(lane).ctle_peaking == Approx(1.99526));
    lane.ctle_peaking_db = 0.0;
    lane.ctle_pole_hz = 1e7;
    CHECK(linear_chain_of(lane).signal(1e9) == linear_chain_of({}).signal(1e9));
}

TEST_CASE("The default lane's spread is that of silica and of the modes", "[linear_chain]") {
    // 896 ps/(nm km) x 16 nm / 2.3548 x 10 m and 3 ps/m x 10 m (physics of Malitson's Sellmeier).
    const linear_chain chain = linear_chain_of({});
    CHECK(chain.spread_s == Approx(std::hypot(60.9e-12, 30e-12)).epsilon(0.002));
    CHECK(chain.photodiode_hz == 6e9);
}

TEST_CASE("Taps of signal sum to one and are exact for light linear between samples",
          "[linear_chain]") {
    for (double rate : {1e9, 2e9, 4e9, 8e9}) {
        const sampled_response response = signal_response(linear_chain_of({}), 1.0 / (16.0 * rate));
        const double sum = std::accumulate(response.taps.begin(), response.taps.end(), 0.0);
        CHECK(sum == Approx(1.0).epsilon(1e-6));
    }
    // Ramp that starts at time 0, through one pole of time constant tau: t - tau (1 - exp(-t/tau)).
    // The amplifier and the noise of nothing else matter at 1e12 Hz.
    linear_chain chain = bare(1e12);
    chain.photodiode_hz = 1e9;
    const double step_s = 31.25e-12;
    const double tau_s = 1.0 / (2.0 * PI * 1e9);
    const sampled_response response = signal_response(chain, step_s);
    double worst = 0.0;
    for (int m = 0; m < 64; ++m) {
        double sample = 0.0;  // of a ramp that rises by 1 a step
        double input = m + static_cast<double>(response.origin);
        for (float tap : response.taps)
            sample += tap * std::max(0.0, input--);
        const double t = m * step_s;
        const double exact = (t - tau_s * (1.0 - std::exp(-t / tau_s))) / step_s;
        worst = std::max(worst, std::abs(sample - exact));
    }
    // 0.2 ps of the amplifier's delay, 1 / (pi 1e12 sqrt 2), of 31 ps.
    CHECK(worst < 0.01);
}

TEST_CASE("A smoothed step through one pole follows the closed form", "[linear_chain]") {
    // Phi(t/s) - exp(s^2/(2 tau^2) - t/tau) Phi(t/s - s/tau), the step as a ramp of one sample.
    linear_chain chain = bare(1e12);
    chain.spread_s = 100e-12;
    chain.photodiode_hz = 1e9;
    const double step_s = 5e-12;
    const double tau_s = 1.0 / (2.0 * PI * 1e9);
    const double sigma_s = 100e-12;
    const double delay_s = std::sqrt(2.0) / (2.0 * PI * 1e12);
    const auto phi = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    const sampled_response response = signal_response(chain, step_s);
    double sum = 0.0;
    double worst = 0.0;
    for (std::size_t k = 0; k < response.taps.size(); ++k) {
        sum += response.taps[k];
        // The ramp's middle lies half a step before the sample.
        const double t =
            (static_cast<double>(k) - static_cast<double>(response.origin) + 0.5) * step_s -
            delay_s;
        const double exact =
            phi(t / sigma_s) - std::exp(sigma_s * sigma_s / (2.0 * tau_s * tau_s) - t / tau_s) *
                                   phi(t / sigma_s - sigma_s / tau_s);
        worst = std::max(worst, std::abs(sum - exact));
    }
    CHECK(worst < 2e-4);
}

TEST_CASE("Noise bandwidth and correlation of a Butterworth amplifier", "[linear_chain]") {
    const linear_chain chain = bare(1.5e9);
    CHECK(noise_bandwidth_hz(chain) == Approx(PI / (2.0 * std::sqrt(2.0)) * 1.5e9).epsilon(1e-4));
    for (double rate : {1e9, 2e9, 4e9, 8e9}) {
        const auto correlation = noise_correlation(chain, 1.0 / rate);
        for (int lag = 1; lag <= 4; ++lag) {
            const double x = 2.0 * PI * 1.5e9 * lag / rate / std::sqrt(2.0);
            CHECK(correlation[static_cast<std::size_t>(lag - 1)] ==
                  Approx(std::exp(-x) * (std::cos(x) + std::sin(x))).margin(1e-4));
        }
    }
}

TEST_CASE("Sampled noise has the variance and correlation of the continuous one",
          "[linear_chain]") {
    linear_chain equalised = bare(1.5e9);
    equalised.ctle_peaking = 2.0;
    equalised.ctle_zero_hz = 0.7e9;
    linear_chain rising = bare(1.5e9);
    rising.noise_corner_hz = 0.5e9;
    linear_chain damped = bare(1.5e9);
    damped.amplifier_damping = 1.5;
    linear_chain wide = bare(200e9);
    wide.amplifier_damping = 0.3;
    for (const linear_chain& chain :
         {bare(0.5e9), bare(1.5e9), bare(6e9), equalised, rising, damped, wide}) {
        const double bandwidth_hz =
            integral([&](double f) { return std::norm(chain.noise(f)); }, 2e6, 2e12);
        CHECK(noise_bandwidth_hz(chain) == Approx(bandwidth_hz).epsilon(2e-3));
        for (double rate : {1e9, 2e9, 8e9}) {
            const double step_s = 1.0 / (16.0 * rate);
            const sampled_response response = noise_response(chain, step_s);
            CHECK(response.origin == 0);
            // White samples of variance S / (2 step) through the taps: S times the bandwidth.
            CHECK(variance(response) / (2.0 * step_s) == Approx(bandwidth_hz).epsilon(0.003));
            const auto correlation = noise_correlation(chain, 1.0 / rate);
            for (std::size_t lag = 1; lag <= 4; ++lag) {
                CHECK(autocorrelation(response, 16 * lag) ==
                      Approx(correlation[lag - 1]).margin(1e-3));
                const double tau_s = static_cast<double>(lag) / rate;
                const double exact =
                    integral(
                        [&](double f) {
                            return std::norm(chain.noise(f)) * std::cos(2.0 * PI * f * tau_s);
                        },
                        4e6, 4e11) /
                    bandwidth_hz;
                CHECK(correlation[lag - 1] == Approx(exact).margin(2e-3));
            }
        }
    }
}

TEST_CASE("Taps end where they no longer count", "[linear_chain]") {
    for (double length : {0.0, 1.0, 10.0, 50.0, 100.0}) {
        lane_parameters lane;
        lane.length_m = length;
        const sampled_response response = signal_response(linear_chain_of(lane), 31.25e-12);
        float greatest = 0.0F;
        for (float tap : response.taps)
            greatest = std::max(greatest, tap);
        CHECK(std::abs(response.taps.back()) >= 0.99e-7F * greatest);
        CHECK(std::abs(response.taps.back()) < 1e-5F * greatest);
        CHECK(std::abs(response.taps.front()) < 1e-2F);
        CHECK(response.origin < response.taps.size());
    }
}

TEST_CASE("Baseline wander of random bits behind a one-pole high-pass", "[linear_chain]") {
    CHECK(baseline_wander(0.0, 500e-12) == 0.0);
    // Small corners: the variance of a low-passed random wave, T / 4 times pi f_L.
    CHECK(baseline_wander(10e3, 500e-12) == Approx(PI * 10e3 * 500e-12 / 4.0).epsilon(1e-6));
    const double corner_hz = 20e6;
    const double symbol_s = 500e-12;
    const double decay = std::exp(-2.0 * PI * corner_hz * symbol_s);
    const luxlane::stream_key key = {.seed = 1, .lane = 2, .purpose = 3};
    constexpr std::uint64_t bits = 2'000'000;
    double capacitor = 0.0;  // what the high-pass takes off
    double sum = 0.0;
    for (std::uint64_t k = 0; k < bits; ++k) {
        sum += capacitor * capacitor;
        const double level = luxlane::uniform53(key, k) < 0.5 ? 0.5 : -0.5;
        capacitor = level + (capacitor - level) * decay;
    }
    // Squares of the wander correlate over 1 / (2 pi f_L T) bits: that many fewer are independent.
    const double independent = bits * 2.0 * PI * corner_hz * symbol_s;
    CHECK(sum / bits ==
          Approx(baseline_wander(corner_hz, symbol_s)).epsilon(4.0 * std::sqrt(2.0 / independent)));
}
