#include "models/host_serdes/host_channel.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/common/random.h"
#include "models/dsp/equalised_channel.h"
#include "models/dsp/error_counter.h"
#include "models/host_serdes/eye_sampler.h"
#include "models/host_serdes/lane_receiver.h"

using namespace luxlane;
using namespace luxlane::host;

namespace {

double decibels(double ratio) { return 20.0 * std::log10(ratio); }

/// A tuned transmitter at the nominal lane.
lane_signal tuned(double excess_loss_db = 0.0) {
    return {.transmit = {.taps = {.pre2 = 1, .pre1 = -6, .main = 57}},
            .excess_loss_db = excess_loss_db};
}

struct counted {
    std::uint64_t symbols = 0, wrong = 0, bursts = 0, bits = 0;
    std::array<std::uint64_t, 3> eye_wrong{};
};

/// Sends random PAM4 symbols through a view, tap by tap, noise and decision feedback included.
counted simulate(const equalised_lane& lane, std::uint64_t symbols) {
    const auto& channel = lane.view.channel;
    const stream_key data{11, 0, 1}, noise{11, 0, 2};
    constexpr std::uint64_t ahead = dsp::PRE_CURSORS;
    std::vector<unsigned> sent;
    for (std::uint64_t k = 0; k < symbols + dsp::PULSE_TAPS; ++k) {
        sent.push_back(random_block(data, k)[0] & 3);
    }
    counted found;
    std::array<unsigned, dsp::FEEDBACK_TAPS> decided{};
    bool before_wrong = false;
    for (std::uint64_t k = dsp::PULSE_TAPS; k < symbols; ++k) {
        double level = 0.0;
        for (std::uint64_t j = 0; j < dsp::PULSE_TAPS; ++j) {
            level += channel.pulse[j] * channel.level[sent[k + ahead - j]];
        }
        level += std::sqrt(channel.variance_zero) * gaussian(noise, k);
        double z = channel.offset_a + channel.amplitude_a * level;
        for (std::size_t i = 0; i < decided.size(); ++i) {
            z -= lane.filter.feedback_a[i] * channel.level[decided[i]];
        }
        unsigned symbol = 0;
        for (unsigned eye = 0; eye < 3; ++eye) {
            const bool above = z > lane.filter.threshold_a[eye];
            symbol += above;
            found.eye_wrong[eye] += above != (sent[k] > eye);
        }
        std::rotate(decided.begin(), decided.end() - 1, decided.end());
        decided[0] = symbol;
        const bool wrong = symbol != sent[k];
        found.wrong += wrong;
        found.bursts += wrong && !before_wrong;
        found.bits += dsp::gray_distance(symbol, sent[k]);
        before_wrong = wrong;
        ++found.symbols;
    }
    return found;
}

bool within_99_percent(std::uint64_t count, std::uint64_t trials, double p) {
    const auto interval = dsp::clopper_pearson(count, trials, 0.99);
    return interval.low <= p && p <= interval.high;
}

/// Wrong symbols of a lane with right feedback: the sum over displacements 1/2048 UI apart, each
/// weighted by the Gaussian around 1000 instants of the sine.
double jittered_wrong_symbols(const equalised_lane& lane, const dsp::sampling_jitter& jitter) {
    constexpr double step_ui = 1.0 / 2048.0;
    constexpr int instants = 1000;
    const int side = static_cast<int>((7.0 * jitter.random_ui + jitter.sinusoidal_ui) / step_ui);
    double sum = 0.0, weights = 0.0;
    for (int i = -side; i <= side; ++i) {
        double weight = 0.0;
        for (int k = 0; k < instants; ++k) {
            const double sine = jitter.sinusoidal_ui * std::sin(2.0 * M_PI * k / instants);
            const double x = (i * step_ui - sine) / jitter.random_ui;
            weight += std::exp(-0.5 * x * x);
        }
        const auto moved = dsp::displace(lane.view.channel, lane.view.phases, i * step_ui);
        sum += weight * 2.0 * dsp::first_error_law(moved, lane.filter).ber;
        weights += weight;
    }
    return sum / weights;
}

}  // namespace

TEST_CASE("host trace: the C2M budget at Nyquist, root and linear parts in between") {
    const host_trace trace;
    CHECK(trace_loss_db(trace, 26.5625e9) == Approx(16.0));
    CHECK(trace_loss_db(trace, 0.0) == Approx(0.5));
    // 15.5 dB rise: 45 % as sqrt(1/4) and 55 % as 1/4 at a quarter of the frequency.
    CHECK(trace_loss_db(trace, 26.5625e9 / 4) == Approx(0.5 + 15.5 * (0.45 / 2 + 0.55 / 4)));
    for (const double f : {1e8, 5e9, 26.5625e9}) {
        CHECK(-decibels(std::abs(trace_response(trace, f))) == Approx(trace_loss_db(trace, f)));
    }
}

TEST_CASE("host trace: nothing arrives before the wave") {
    host_serdes_settings settings;
    settings.trace.loss_db = 20.0;
    const lane_pulse pulse(settings, {}, 0, 0.0);
    double before = 0.0;
    // Two symbols of the Gaussian edge and the symbol itself lie before the peak.
    for (std::size_t k = lane_pulse::SAMPLES - 16 * 20; k < lane_pulse::SAMPLES - 32; ++k) {
        before = std::max(before, std::abs(pulse.gain(pulse.peak() + k)));
    }
    CHECK(before < 0.005 * pulse.gain(pulse.peak()));
}

TEST_CASE("host CTLE: loss at rest by code, none at high frequency beyond its poles") {
    const host_receiver receiver;
    constexpr double baud = 53.125e9;
    for (const unsigned code : {0u, 5u, 15u}) {
        CHECK(decibels(std::abs(ctle_response(receiver, code, baud, 0.0))) ==
              Approx(-1.2 * code).margin(1e-9));
        // 0 dB but for the poles at 2/5 and 1 of the symbol rate and a zero that is far below.
        const double f = 100.0 * baud;
        CHECK(std::abs(ctle_response(receiver, code, baud, f)) ==
              Approx(1.0 / 100.0).epsilon(1e-3));
    }
}

TEST_CASE("host transmitter: taps share the driver's peak and combine shifted pulses") {
    CHECK(transmit_taps{}.legal());
    CHECK(transmit_taps{-1, 2, -9, 52, 0}.legal());
    CHECK_FALSE(transmit_taps{-1, 2, -9, 52, 1}.legal());
    CHECK_FALSE(transmit_taps{.main = -1}.legal());
    const host_serdes_settings settings;
    const lane_pulse plain(settings, {}, 4, 0.0);
    const lane_pulse shaped(settings, {-1, 3, -8, 48, 4}, 4, 0.0);
    const auto at = [](const lane_pulse& pulse, std::size_t sample) {
        return pulse.gain(sample + lane_pulse::SAMPLES);
    };
    for (std::size_t k = 0; k < 20 * 16; k += 7) {
        const double sum = (-at(plain, k + 48) + 3 * at(plain, k + 32) - 8 * at(plain, k + 16) +
                            48 * at(plain, k) + 4 * at(plain, k - 16)) /
                           64.0;
        CHECK(at(shaped, k) == Approx(sum).margin(1e-12));
    }
}

TEST_CASE("host pulse: its samples sum to the gain at rest at every phase") {
    host_serdes_settings settings;
    settings.trace.rest_loss_db = 1.5;
    const lane_pulse pulse(settings, {}, 3, 0.0);
    for (std::size_t phase = 0; phase < 16; ++phase) {
        double sum = 0.0;
        for (std::size_t k = phase; k < lane_pulse::SAMPLES; k += 16) {
            sum += pulse.gain(k);
        }
        CHECK(decibels(sum) == Approx(-1.5 - 3.6));
    }
}

TEST_CASE("host noise: density through fourth-order Butterworth and the CTLE's second pole") {
    host_serdes_settings settings;
    settings.trace.crosstalk_rms_v = 0.0;
    const lane_pulse pulse(settings, {}, 0, 0.0);
    double band = 0.0;
    constexpr double step = 1e-4;  // of the symbol rate
    for (double x = step / 2; x < 4.0; x += step) {
        band += step / (1.0 + std::pow(x / 0.75, 8)) / (1.0 + x * x);
    }
    CHECK(pulse.noise_v2() == Approx(4.1e-17 * 53.125e9 * band).epsilon(1e-3));
}

TEST_CASE("host receiver: more loss asks for more peaking and gain and leaves less of an eye") {
    host_serdes_settings settings;
    adaptation near = adapt_lane(settings, tuned(-8.0), 4);
    adaptation middle = adapt_lane(settings, tuned(), 4);
    adaptation far = adapt_lane(settings, tuned(8.0), 4);
    CHECK(near.setting.ctle < middle.setting.ctle);
    CHECK(middle.setting.ctle < far.setting.ctle);
    CHECK(near.setting.gain < middle.setting.gain);
    CHECK(middle.setting.gain < far.setting.gain);
    CHECK(near.lane.q > middle.lane.q);
    CHECK(middle.lane.q > far.lane.q);
    // 120G asks for 1e-5 before FEC over 16 dB.
    CHECK(law_of(settings, middle.lane).ber < 1e-5);
}

TEST_CASE("host receiver: too much gain is cut off by the slicers, too little drowns in noise") {
    const host_serdes_settings settings;
    const auto best = adapt_lane(settings, tuned(), 4);
    auto loud = best.setting;
    loud.gain = 31;
    auto quiet = best.setting;
    quiet.gain = 0;
    CHECK(train_lane(settings, tuned(), loud).q < 0.5 * best.lane.q);
    CHECK(train_lane(settings, tuned(), quiet).q < best.lane.q);
}

TEST_CASE("host receiver: held taps do not fit what another transmitter sends") {
    const host_serdes_settings settings;
    const auto best = adapt_lane(settings, tuned(), 4);
    lane_signal other = tuned();
    other.transmit.taps = {.main = 64};
    CHECK(hold_lane(settings, other, best.setting, best.lane.filter).q <
          train_lane(settings, other, best.setting).q);
    CHECK(hold_lane(settings, tuned(), best.setting, best.lane.filter).q ==
          Approx(best.lane.q).epsilon(1e-9));
}

TEST_CASE("host law: counted errors, bursts and eyes of the same samples agree with it") {
    host_serdes_settings settings;
    settings.receiver.jitter = {};
    // An untuned transmitter over much loss: a strong first feedback tap.
    settings.trace.loss_db = 24.0;
    settings.trace.signal_to_reflections_db = 21.0;
    const auto lane = adapt_lane(settings, {.transmit = {}}, 4).lane;
    const auto law = law_of(settings, lane);
    const auto found = simulate(lane, 2'000'000);
    INFO("law " << 2.0 * law.ber << " wrong symbols, continues " << law.continues << "; found "
                << found.wrong << " in " << found.bursts << " bursts");
    CHECK(within_99_percent(found.bursts, found.symbols, law.bursts_per_symbol));
    CHECK(found.bits == Approx(found.wrong).epsilon(0.01));  // one wrong bit a symbol
    // The propagation's chain folds the far feedback taps into the noise, and so finds bursts that
    // are up to a quarter too short where the first tap is as strong as here.
    const double mean_burst = 1.0 / (1.0 - law.continues);
    CHECK(mean_burst > 2.0);
    CHECK(double(found.wrong) / double(found.bursts) == Approx(mean_burst).epsilon(0.3));
}

TEST_CASE("host eye: its middle has the eyes' share of symbol errors, its rim is closed") {
    host_serdes_settings settings;
    settings.trace.signal_to_reflections_db = 18.0;
    settings.receiver.jitter = {};
    const auto lane = adapt_lane(settings, tuned(), 4).lane;
    const auto law = law_of(settings, lane);
    eye_sampler sampler(lane, law, settings.receiver.jitter);
    const auto found = simulate(lane, 1'000'000);
    double sum = 0.0;
    for (unsigned eye = 0; eye < 3; ++eye) {
        const double ratio = sampler.wrong_ratio(eye, 0, 0.0);
        CHECK(within_99_percent(found.eye_wrong[eye], found.symbols, ratio));
        sum += ratio;
    }
    CHECK(sum == Approx(2.0 * law.ber).epsilon(0.03));
    CHECK(sampler.wrong_ratio(1, 0, 1.0) == Approx(0.5).margin(0.01));
    CHECK(sampler.wrong_ratio(0, 0, -1.0) == Approx(0.25).margin(0.01));
    CHECK(sampler.wrong_ratio(2, 0, 1.0) == Approx(0.25).margin(0.01));
    CHECK(sampler.wrong_ratio(1, -32, 0.0) > 0.01);
    CHECK(sampler.wrong_ratio(1, 31, 0.0) > 0.01);
}

TEST_CASE("host eye: law and sampler average the jitter as a fine integration does") {
    host_serdes_settings settings;
    const auto& jitter = settings.receiver.jitter;
    for (const double reflections_db : {18.0, 21.0, 24.0}) {
        settings.trace.signal_to_reflections_db = reflections_db;
        const auto lane = adapt_lane(settings, tuned(), 4).lane;
        const auto law = law_of(settings, lane);
        const double mean_burst = 1.0 / (1.0 - law.continues);
        const double right_feedback = jittered_wrong_symbols(lane, jitter);
        CAPTURE(reflections_db, mean_burst);
        CHECK(2.0 * law.ber == Approx(right_feedback * mean_burst).epsilon(0.003));
        eye_sampler sampler(lane, law, jitter);
        double sum = 0.0;
        for (unsigned eye = 0; eye < 3; ++eye) {
            sum += sampler.wrong_ratio(eye, 0, 0.0);
        }
        CHECK(sum == Approx(right_feedback * mean_burst).epsilon(0.003));
    }
}

TEST_CASE("host lane: the same block is an NRZ lane at another rate") {
    host_serdes_settings settings;
    settings.format = photonics::modulation::nrz;
    settings.lane_rate_bps = 25.78125e9;
    const auto lane = adapt_lane(settings, {.transmit = {}}, 2).lane;
    CHECK(lane.view.channel.levels() == 2);
    CHECK(law_of(settings, lane).ber < 1e-15);
}
