#include "models/photonics/extraction.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>

#include "models/photonics/driver.h"
#include "models/photonics/fir.h"
#include "models/photonics/led_bank.h"
#include "models/photonics/light_shares.h"
#include "models/photonics/linear_chain.h"
#include "models/photonics/training.h"

namespace luxlane::photonics {

namespace {

constexpr std::size_t WIDTH = led_bank::WIDTH;
constexpr std::size_t PERIOD = TRAINING_SYMBOLS * PHASES;  // samples
/// The main cursor is sought this many symbols behind the light's arrival; none of the allowed
/// parameters delays it further without closing the eye.
constexpr std::size_t SEARCHED_SYMBOLS = 16;
/// Instants whose main cursor is at least this part of the greatest are as good.
constexpr double PLATEAU = 0.99;

/// What a linear chain needs to know only once, however many lanes share it.
struct known_chain {
    linear_chain chain;
    sampled_response signal;
    noise_bandwidths bandwidths;
    std::array<double, NOISE_LAGS> noise_correlation;
};

class chain_table {
public:
    explicit chain_table(double symbol_s) : symbol_s_(symbol_s) {}

    const known_chain& of(const lane_parameters& lane) {
        const linear_chain chain = linear_chain_of(lane);
        const auto found = std::ranges::find(known_, chain, &known_chain::chain);
        if (found != known_.end())
            return *found;
        known_.push_back({chain, signal_response(chain, symbol_s_ / PHASES),
                          noise_bandwidths_of(chain), noise_correlation(chain, symbol_s_)});
        return known_.back();
    }

private:
    double symbol_s_;
    std::deque<known_chain> known_;
};

/// Symbols after which the slowest emitter has forgotten how it started, or one period of the
/// sequence: one that remembers longer is still near its average, where it starts.
std::size_t lead_in(std::span<const lane_parameters> lanes) {
    constexpr double lifetimes = 16.0;
    constexpr std::size_t least = 16;
    double slowest_s = 0.0;
    for (const lane_parameters& lane : lanes)
        slowest_s = std::max(
            slowest_s,
            steady_state(emitter_of(lane), drive_of(lane).long_zero_a).differential_lifetime_s);
    const double symbols = lifetimes * slowest_s * lanes.front().symbol_rate_bd();
    return std::clamp(static_cast<std::size_t>(symbols), least, TRAINING_SYMBOLS);
}

/// Rows of sixteen lanes, of the swing; kept from one group to the next, as fresh pages cost as
/// much as a filter.
struct group_rows {
    std::vector<float> current_a, light, cyclic, received;
};

/// Sixteen lanes: the training sequence through emitters and linear chains.
class trained_group {
public:
    trained_group(std::span<const lane_parameters> lanes, chain_table& chains, group_rows& rows);

    lane_response response(std::size_t lane);
    phase_response phases(std::size_t lane);

private:
    struct lane_state {
        const lane_parameters* parameters;
        const known_chain* chain;
        drive_levels drive;
        double one_w = 0.0, zero_w = 0.0;
        std::array<double, 4> level{};
        std::size_t main_sample = 0;  ///< of the main cursor, behind the first of its symbol
        std::optional<tap_fit> fit = {};
    };
    using column = std::array<double, TRAINING_SYMBOLS>;

    void emit(std::span<const lane_parameters> lanes);
    void receive();
    void find_main_cursors();
    column sampled(std::size_t lane, std::size_t sample) const;
    double slope(std::size_t lane) const;
    const tap_fit& fit_of(lane_state& lane) const;
    bool dark(const lane_state& lane) const { return !(lane.one_w > lane.zero_w); }

    modulation format_;
    std::vector<lane_state> lanes_;
    group_rows& rows_;
};

/// Light of constant symbols 0 .. 3, W.
std::array<double, 4> static_light(const lane_parameters& lane, const led_bank& bank,
                                   std::size_t column) {
    const int levels = 1 << lane.bits_per_symbol();
    std::array<double, 4> light{};
    for (int level = 0; level < levels; ++level) {
        std::array<float, 5> constant;
        constant.fill(static_cast<float>(level) / static_cast<float>(levels - 1));
        float current_a = 0.0f;
        drive_currents(lane, constant, {&current_a, 1});
        light[static_cast<std::size_t>(level)] =
            static_cast<double>(bank.static_light_w(column, static_cast<double>(current_a)));
    }
    return light;
}

trained_group::trained_group(std::span<const lane_parameters> lanes, chain_table& chains,
                             group_rows& rows)
    : format_(lanes.front().format), rows_(rows) {
    for (const lane_parameters& lane : lanes)
        lanes_.push_back({.parameters = &lane, .chain = &chains.of(lane), .drive = drive_of(lane)});
    emit(lanes);
    receive();
    find_main_cursors();
}

void trained_group::emit(std::span<const lane_parameters> lanes) {
    const auto symbols = training_symbols(format_);
    const float highest = format_ == modulation::pam4 ? 3.0f : 1.0f;
    constexpr std::size_t before = 3, after = 1;
    std::array<float, TRAINING_SYMBOLS + before + after> values;
    for (std::size_t k = 0; k < values.size(); ++k)
        values[k] =
            static_cast<float>(symbols[(k + TRAINING_SYMBOLS - before) % TRAINING_SYMBOLS]) /
            highest;
    led_bank bank(lanes, PHASES);
    rows_.current_a.assign(TRAINING_SYMBOLS * WIDTH, 0.0f);
    std::array<float, WIDTH> average_a{};
    std::array<float, WIDTH> zero_w{}, per_swing{};
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        lane_state& lane = lanes_[l];
        std::array<float, TRAINING_SYMBOLS> currents;
        drive_currents(lanes[l], values, currents);
        for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
            rows_.current_a[k * WIDTH + l] = currents[k];
        average_a[l] = static_cast<float>(lane.drive.average_a);
        const std::array<double, 4> light = static_light(lanes[l], bank, l);
        lane.zero_w = light[0];
        lane.one_w = format_ == modulation::pam4 ? light[3] : light[1];
        if (dark(lane)) {
            if (lanes[l].drive_factor > 0.0)
                throw std::out_of_range(
                    "transmit taps leave no swing: a long run of the highest symbol is no brighter "
                    "than one of the lowest");
            continue;
        }
        for (std::size_t s = 0; s < light.size(); ++s)
            lane.level[s] = std::max(0.0, (light[s] - light[0]) / (lane.one_w - lane.zero_w));
        zero_w[l] = static_cast<float>(lane.zero_w);
        per_swing[l] = static_cast<float>(1.0 / (lane.one_w - lane.zero_w));
    }
    bank.settle(average_a);
    const std::size_t lead = lead_in(lanes);
    std::vector<float>& light = rows_.light;
    light.resize(PERIOD * WIDTH);
    bank.advance(std::span(rows_.current_a).last(lead * WIDTH),
                 std::span(light).first(lead * PHASES * WIDTH));
    bank.advance(rows_.current_a, light);
    for (std::size_t t = 0; t < light.size(); t += WIDTH)
        for (std::size_t l = 0; l < WIDTH; ++l)
            light[t + l] = (light[t + l] - zero_w[l]) * per_swing[l];
}

void trained_group::receive() {
    std::size_t before = 0, after = 0;  // taps on either side of time 0
    for (const lane_state& lane : lanes_) {
        const sampled_response& signal = lane.chain->signal;
        after = std::max(after, signal.origin);
        before = std::max(before, signal.taps.size() - 1 - signal.origin);
    }
    std::vector<float> taps((before + after + 1) * WIDTH);
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        const sampled_response& signal = lanes_[l].chain->signal;
        for (std::size_t i = 0; i < signal.taps.size(); ++i)
            taps[(i + after - signal.origin) * WIDTH + l] = signal.taps[i];
    }
    // The sequence is cyclic: what comes before its start stands at its end.
    rows_.cyclic.resize((PERIOD + before + after) * WIDTH);
    const std::size_t whole_periods = (before / PERIOD + 1) * PERIOD;
    for (std::size_t t = 0; t < PERIOD + before + after; ++t)
        std::copy_n(&rows_.light[(t + whole_periods - before) % PERIOD * WIDTH], WIDTH,
                    &rows_.cyclic[t * WIDTH]);
    rows_.received.resize(PERIOD * WIDTH);
    filter_rows(taps, rows_.cyclic, rows_.received);
}

void trained_group::find_main_cursors() {
    // Slope of the samples over their own symbol, at every instant; symbols of the sequence are
    // nearly independent of each other.
    const auto symbols = training_symbols(format_);
    float mean = 0.0f, energy = 0.0f;
    for (const std::uint8_t symbol : symbols)
        mean += static_cast<float>(symbol) / TRAINING_SYMBOLS;
    for (const std::uint8_t symbol : symbols)
        energy += (static_cast<float>(symbol) - mean) * (static_cast<float>(symbol) - mean);
    constexpr std::size_t instants = SEARCHED_SYMBOLS * PHASES;
    std::vector<float> follows(instants * WIDTH);
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k) {
        const float weight = (static_cast<float>(symbols[k]) - mean) / energy;
        const std::size_t start = k * PHASES * WIDTH;
        const std::size_t first_part = std::min(follows.size(), rows_.received.size() - start);
        for (std::size_t i = 0; i < first_part; ++i)
            follows[i] = std::fma(weight, rows_.received[start + i], follows[i]);
        for (std::size_t i = first_part; i < follows.size(); ++i)
            follows[i] = std::fma(weight, rows_.received[i - first_part], follows[i]);
    }
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        const auto at = [&](std::size_t t) { return follows[t * WIDTH + l]; };
        std::size_t peak = 0;
        for (std::size_t t = 1; t < instants; ++t)
            if (at(t) > at(peak))
                peak = t;
        const float enough = static_cast<float>(PLATEAU) * at(peak);
        std::size_t first = peak, last = peak;
        while (first > 0 && at(first - 1) >= enough)
            --first;
        while (last + 1 < instants && at(last + 1) >= enough)
            ++last;
        lanes_[l].main_sample = (first + last) / 2;
    }
}

trained_group::column trained_group::sampled(std::size_t lane, std::size_t sample) const {
    column out;
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        out[k] = static_cast<double>(rows_.received[(k * PHASES + sample) % PERIOD * WIDTH + lane]);
    return out;
}

/// Rms slope at the main cursor, swings per symbol.
double trained_group::slope(std::size_t lane) const {
    const std::size_t main = lanes_[lane].main_sample;
    const column early = sampled(lane, main + PERIOD - 1);
    const column late = sampled(lane, main + 1);
    double sum = 0.0;
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        sum += (late[k] - early[k]) * (late[k] - early[k]);
    return std::sqrt(sum / TRAINING_SYMBOLS) * (0.5 * static_cast<double>(PHASES));
}

/// NRZ lanes share one, PAM4 lanes differ in their levels.
const tap_fit& trained_group::fit_of(lane_state& lane) const {
    static const tap_fit nrz(modulation::nrz, {0.0, 1.0, 0.0, 0.0});
    if (format_ == modulation::nrz)
        return nrz;
    if (!lane.fit)
        lane.fit.emplace(format_, lane.level);
    return *lane.fit;
}

/// Rms displacement of the sampling instant, symbols.
double jitter_rms_ui(const lane_parameters& lane) {
    const double symbol_rate_bd = lane.symbol_rate_bd();
    const double random = lane.random_jitter_s * symbol_rate_bd;
    const double sinusoidal = lane.sinusoidal_jitter_s * symbol_rate_bd / std::sqrt(2.0);
    return std::hypot(random, sinusoidal, 0.5 * lane.duty_cycle_distortion);
}

lane_response trained_group::response(std::size_t index) {
    lane_state& lane = lanes_[index];
    const lane_parameters& parameters = *lane.parameters;
    lane_response out{};
    if (dark(lane))
        return out;
    const fitted_taps taps = fit_of(lane).fit(sampled(index, lane.main_sample));
    out.pulse = taps.pulse;
    out.pair = taps.pair;
    out.level = lane.level;
    out.residual = taps.residual;
    out.jitter_noise = slope(index) * jitter_rms_ui(parameters);
    out.sampling_phase_ui = static_cast<double>(lane.main_sample + 1) / PHASES;

    const light_shares shares = shares_of(parameters);
    const receiver_device receiver = receiver_of(parameters);
    const double received = shares.detected();
    out.one_a = receiver.responsivity_a_per_w * received * lane.one_w;
    out.zero_a = receiver.responsivity_a_per_w * received * lane.zero_w;
    const led_device led = emitter_of(parameters);
    const double rin = thermal_rin_per_hz(led.wavelength_m, parameters.linewidth_m,
                                          parameters.intensity_noise_modes);
    const auto noise_a = [&](double photocurrent_a) {
        return noise_at(receiver, lane.chain->bandwidths, photocurrent_a, rin).total_a();
    };
    out.noise_one_a = noise_a(out.one_a);
    out.noise_zero_a = noise_a(out.zero_a);
    out.noise_correlation = lane.chain->noise_correlation;
    for (std::size_t side = 0; side < SIDES; ++side)
        out.crosstalk[side] = shares.crosstalk(side) + parameters.electrical_crosstalk;
    out.transmit_power_w = 0.5 * (lane.one_w + lane.zero_w);
    out.received_power_w = out.transmit_power_w * received;
    out.group_delay_s =
        group_delay_s_per_m(led.wavelength_m) * parameters.length_m + parameters.skew_s;
    out.average_current_a = lane.drive.average_a;
    out.forward_voltage_v = forward_voltage(led, lane.drive.peak_a / led_area(led));
    return out;
}

phase_response trained_group::phases(std::size_t index) {
    lane_state& lane = lanes_[index];
    phase_response out{};
    if (dark(lane))
        return out;
    const tap_fit& fit = fit_of(lane);
    for (std::size_t p = 0; p < PHASES; ++p) {
        const std::size_t sample = lane.main_sample + PERIOD + p - PHASES / 2;
        const fitted_taps taps = fit.fit(sampled(index, sample));
        out.pulse[p] = taps.pulse;
        out.pair[p] = taps.pair;
        out.residual[p] = taps.residual;
    }
    return out;
}

void check_batch(std::span<const lane_parameters> lanes) {
    for (const lane_parameters& lane : lanes) {
        check(lane);
        if (lane.format != lanes.front().format || lane.rate_bps != lanes.front().rate_bps)
            throw std::invalid_argument("extract: lanes of different format or symbol rate");
    }
}

}  // namespace

void extract(std::span<const lane_parameters> lanes, std::span<lane_response> responses,
             std::span<phase_response> phases) {
    check_batch(lanes);
    if ((!responses.empty() && responses.size() != lanes.size()) ||
        (!phases.empty() && phases.size() != lanes.size()))
        throw std::invalid_argument("extract: " + std::to_string(lanes.size()) + " lanes for " +
                                    std::to_string(responses.size()) + " responses and " +
                                    std::to_string(phases.size()) + " phase responses");
    if (lanes.empty())
        return;
    group_rows rows;
    chain_table chains(1.0 / lanes.front().symbol_rate_bd());
    for (std::size_t first = 0; first < lanes.size(); first += WIDTH) {
        const std::size_t count = std::min(WIDTH, lanes.size() - first);
        trained_group group(lanes.subspan(first, count), chains, rows);
        for (std::size_t l = 0; l < count; ++l) {
            if (!responses.empty())
                responses[first + l] = group.response(l);
            if (!phases.empty())
                phases[first + l] = group.phases(l);
        }
    }
}

std::vector<lane_response> extract(std::span<const lane_parameters> lanes) {
    std::vector<lane_response> responses(lanes.size());
    extract(lanes, responses, {});
    return responses;
}

lane_response extract(const lane_parameters& lane) {
    lane_response response;
    extract({&lane, 1}, {&response, 1}, {});
    return response;
}

phase_response extract_phases(const lane_parameters& lane) {
    phase_response phases;
    extract({&lane, 1}, {}, {&phases, 1});
    return phases;
}

}  // namespace luxlane::photonics
