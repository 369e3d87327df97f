#include "models/photonics/lane_response.h"

#include <algorithm>
#include <cmath>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr std::size_t OVERSAMPLING = 32;  // phase steps of T/32
constexpr std::size_t SPAN_UI = 32;
constexpr std::size_t POINTS = OVERSAMPLING * SPAN_UI;
constexpr std::size_t LOG2_POINTS = 10;
static_assert(POINTS == std::size_t{1} << LOG2_POINTS);

using complex = std::complex<double>;

/// The peak-limited drive: levels of long runs after the transmit equaliser took its share.
struct drive_levels {
    double long_one_a, long_zero_a, average_a, peak_a;
};

drive_levels drive_of(const lane_parameters& lane) {
    const double peak = lane.on_current_a * lane.drive_factor;
    const double floor = peak / lane.current_extinction_ratio;
    const double middle = 0.5 * (peak + floor);
    const double swing = 0.5 * (peak - floor) * (lane.transmit_main_tap() - lane.transmit_post_tap);
    return {middle + swing, middle - swing, middle, peak};
}

/// The chain's constants, so that the loop over frequencies computes nothing twice.
struct chain {
    double main_tap, post_tap, interval_s;
    double lifetime_s, driver_tau_s, photodiode_tau_s;
    double amplifier_hz, spread_s;

    explicit chain(const lane_parameters& lane) {
        const led_device led = emitter_of(lane);
        const led_state state = steady_state(led, drive_of(lane).average_a);
        const double series_ohm = led.series_resistance_ohm_m2 / led_area(led);
        const double source_ohm = lane.driver_resistance_ohm + series_ohm;
        const double junction_ohm = state.differential_resistance_ohm;
        main_tap = lane.transmit_main_tap();
        post_tap = lane.transmit_post_tap;
        interval_s = 1.0 / lane.rate_bps;
        lifetime_s = state.differential_lifetime_s;
        driver_tau_s =
            source_ohm * junction_ohm / (source_ohm + junction_ohm) * lane.node_capacitance_f;
        photodiode_tau_s = 1.0 / (2.0 * PI * lane.photodiode_bandwidth_hz);
        amplifier_hz = lane.amplifier_bandwidth_hz;
        const double chromatic_s =
            chromatic_sigma_s(led.wavelength_m, lane.linewidth_m, lane.length_m);
        spread_s = std::hypot(chromatic_s, lane.modal_sigma_s_per_m * lane.length_m);
    }

    complex at(double frequency_hz) const {
        const double w = 2.0 * PI * frequency_hz;
        const double x = frequency_hz / amplifier_hz;
        const complex poles = complex(1.0, w * lifetime_s) * complex(1.0, w * driver_tau_s) *
                              complex(1.0, w * photodiode_tau_s) *
                              complex(1.0 - x * x, std::sqrt(2.0) * x);
        const complex equaliser =
            (main_tap - std::polar(post_tap, -w * interval_s)) / (main_tap - post_tap);
        return equaliser * gaussian_response(spread_s, frequency_hz) / poles;
    }
};

/// Real and imaginary parts apart, so that the butterflies vectorise.
struct split_spectrum {
    std::array<double, POINTS> real{}, imaginary{};
};

/// Twiddle factors of each stage, one stage after another: stage of span `half` starts at half - 1.
struct twiddles {
    split_spectrum factor;
    std::array<std::size_t, POINTS> reversed;

    twiddles() {
        for (std::size_t half = 1; half < POINTS; half *= 2) {
            for (std::size_t k = 0; k < half; ++k) {
                const double turn = PI * static_cast<double>(k) / static_cast<double>(half);
                factor.real[half - 1 + k] = std::cos(turn);
                factor.imaginary[half - 1 + k] = std::sin(turn);
            }
        }
        for (std::size_t k = 0; k < POINTS; ++k) {
            reversed[k] = 0;
            for (std::size_t bit = 0; bit < LOG2_POINTS; ++bit)
                reversed[k] |= ((k >> bit) & 1) << (LOG2_POINTS - 1 - bit);
        }
    }
};

const twiddles& table() {
    static const twiddles once;
    return once;
}

/// One span of butterflies: [half] upper and [half] lower points.
void butterflies(double* __restrict upper_re, double* __restrict upper_im,
                 double* __restrict lower_re, double* __restrict lower_im,
                 const double* __restrict factor_re, const double* __restrict factor_im,
                 std::size_t half) {
    for (std::size_t k = 0; k < half; ++k) {
        const double re = lower_re[k] * factor_re[k] - lower_im[k] * factor_im[k];
        const double im = lower_re[k] * factor_im[k] + lower_im[k] * factor_re[k];
        lower_re[k] = upper_re[k] - re;
        lower_im[k] = upper_im[k] - im;
        upper_re[k] += re;
        upper_im[k] += im;
    }
}

/// Unscaled inverse transform in place of a spectrum in bit-reversed order, radix 2.
void inverse_transform(split_spectrum& data) {
    for (std::size_t half = 1; half < POINTS; half *= 2)
        for (std::size_t start = 0; start < POINTS; start += 2 * half)
            butterflies(&data.real[start], &data.imaginary[start], &data.real[start + half],
                        &data.imaginary[start + half], &table().factor.real[half - 1],
                        &table().factor.imaginary[half - 1], half);
}

std::array<double, PULSE_TAPS> sampled_pulse(const chain& response, double rate_bps) {
    split_spectrum spectrum;
    spectrum.real[0] = 1.0 / SPAN_UI;
    // A negligible spectrum ends the loop early: long fibres are cut off by their dispersion.
    constexpr double negligible = 1e-10;
    for (std::size_t k = 1; k < POINTS / 2; ++k) {
        const double cycles_per_ui = static_cast<double>(k) / SPAN_UI;
        const complex value = response.at(cycles_per_ui * rate_bps);
        if (std::norm(value) < negligible * negligible)
            break;
        const double sinc = std::sin(PI * cycles_per_ui) / (PI * cycles_per_ui);
        const double scale = 2.0 * sinc / SPAN_UI;  // twice: the negative frequencies
        spectrum.real[table().reversed[k]] = scale * value.real();
        spectrum.imaginary[table().reversed[k]] = scale * value.imag();
    }
    inverse_transform(spectrum);
    const auto peak = static_cast<std::size_t>(
        std::max_element(spectrum.real.begin(), spectrum.real.end()) - spectrum.real.begin());
    std::array<double, PULSE_TAPS> pulse;
    double sum = 0.0;
    for (std::size_t tap = 0; tap < PULSE_TAPS; ++tap) {
        const std::size_t index = peak + POINTS + tap * OVERSAMPLING - PRE_CURSORS * OVERSAMPLING;
        pulse[tap] = spectrum.real[index % POINTS];
        sum += pulse[tap];
    }
    pulse.back() += 1.0 - sum;
    return pulse;
}

double ratio_of_db(double loss_db) { return std::pow(10.0, -loss_db / 10.0); }

}  // namespace

complex chain_response(const lane_parameters& lane, double frequency_hz) {
    check(lane);
    return chain(lane).at(frequency_hz);
}

lane_response extract(const lane_parameters& lane) {
    check(lane);
    const led_device led = emitter_of(lane);
    const receiver_device receiver = receiver_of(lane);
    const drive_levels drive = drive_of(lane);
    const double loss = ratio_of_db(total_loss_db(lane));
    const double one_w = steady_state(led, drive.long_one_a).optical_power_w;
    const double zero_w = steady_state(led, drive.long_zero_a).optical_power_w;
    const double rin =
        thermal_rin_per_hz(led.wavelength_m, lane.linewidth_m, lane.intensity_noise_modes);
    lane_response out{};
    out.level = {0.0, 1.0, 0.0, 0.0};
    out.pulse = sampled_pulse(chain(lane), lane.rate_bps);
    out.one_a = receiver.responsivity_a_per_w * loss * one_w;
    out.zero_a = receiver.responsivity_a_per_w * loss * zero_w;
    out.noise_one_a = total_noise_a(receiver, out.one_a, rin);
    out.noise_zero_a = total_noise_a(receiver, out.zero_a, rin);
    out.crosstalk.fill(neighbour_crosstalk(spot_of(lane), lane.core_coupling_per_m,
                                           lane.border_core_fraction, lane.length_m));
    out.transmit_power_w = 0.5 * (one_w + zero_w);
    out.received_power_w = out.transmit_power_w * loss;
    out.group_delay_s = group_delay_s_per_m(led.wavelength_m) * lane.length_m + lane.skew_s;
    out.average_current_a = drive.average_a;
    out.forward_voltage_v = forward_voltage(led, drive.peak_a / led_area(led));
    return out;
}

std::array<budget_stage, 6> link_budget(const lane_parameters& lane) {
    const double fibre_db = lane.attenuation_db_per_m * lane.length_m;
    std::array<budget_stage, 6> stages = {{{"emitter", 0.0, 0.0},
                                           {"transmit coupling", lane.transmit_coupling_db, 0.0},
                                           {"connectors", lane.connector_db, 0.0},
                                           {"fibre", fibre_db, 0.0},
                                           {"receive coupling", lane.receive_coupling_db, 0.0},
                                           {"this lane", lane.excess_loss_db, 0.0}}};
    double power_w = extract(lane).transmit_power_w;
    for (budget_stage& stage : stages) {
        power_w *= ratio_of_db(stage.loss_db);
        stage.average_power_w = power_w;
    }
    return stages;
}

}  // namespace luxlane::photonics
