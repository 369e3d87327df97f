#include "models/dsp/waveform_array.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "models/photonics/driver.h"
#include "models/photonics/fir.h"
#include "models/photonics/light_shares.h"
#include "models/photonics/linear_chain.h"

namespace luxlane::dsp {

namespace {

using photonics::lane_parameters;
using photonics::led_bank;

constexpr std::size_t WIDTH = led_bank::WIDTH;
constexpr auto SAMPLES = static_cast<std::ptrdiff_t>(waveform_array::SAMPLES);
/// Samples of one pass: those of a lane stay in the first-level cache.
constexpr std::ptrdiff_t PASS = 64 * SAMPLES;
/// Symbols that the transmit equaliser sees before and behind its own.
constexpr std::ptrdiff_t DRIVER_BEFORE = 3, DRIVER_AFTER = 1;

double square(double x) { return x * x; }

std::ptrdiff_t floor_to_symbol(std::ptrdiff_t sample) {
    return sample - ((sample % SAMPLES) + SAMPLES) % SAMPLES;
}

/// The taps of at least `least` of the greatest, with the sum they had.
photonics::sampled_response trimmed(const photonics::sampled_response& response, float least) {
    float greatest = 0.0f;
    for (const float tap : response.taps)
        greatest = std::max(greatest, std::abs(tap));
    const auto counts = [&](float tap) { return std::abs(tap) >= least * greatest; };
    const auto first = std::ranges::find_if(response.taps, counts);
    const auto last = std::find_if(response.taps.rbegin(), response.taps.rend(), counts).base();
    photonics::sampled_response out{{first, last}, response.origin};
    out.origin -= static_cast<std::size_t>(first - response.taps.begin());
    const float lost = std::accumulate(response.taps.begin(), response.taps.end(), 0.0f) /
                       std::accumulate(out.taps.begin(), out.taps.end(), 0.0f);
    for (float& tap : out.taps)
        tap *= lost;
    return out;
}

/// [lanes][samples] of 16 lanes out of [samples][16], times a gain a lane.
void transpose(std::span<const float> rows, std::size_t lanes, const std::array<float, WIDTH>& gain,
               float* out, std::size_t stride) {
    const std::size_t count = rows.size() / WIDTH;
    constexpr std::size_t tile = 16;
    for (std::size_t t = 0; t < count; t += tile)
        for (std::size_t l = 0; l < lanes; ++l)
            for (std::size_t i = 0; i < tile; ++i)
                out[l * stride + t + i] = rows[(t + i) * WIDTH + l] * gain[l];
}

}  // namespace

waveform_array::waveform_array(std::span<const lane_parameters> lanes,
                               std::span<const std::vector<crosstalk_source>> sources,
                               std::span<const stream_key> noise)
    : responses_(photonics::extract(lanes)) {
    if (sources.size() != lanes.size() || noise.size() != lanes.size())
        throw std::invalid_argument("waveform_array: sources and noise streams for other lanes");
    for (const auto& list : sources)
        for (const crosstalk_source& source : list)
            if (source.lane >= lanes.size() || !std::isfinite(source.fraction))
                throw std::invalid_argument("waveform_array: crosstalk from lane " +
                                            std::to_string(source.lane) + " of " +
                                            std::to_string(lanes.size()));
    if (lanes.empty())
        return;
    const bool pam4 = lanes.front().format == photonics::modulation::pam4;
    highest_ = pam4 ? 3 : 1;
    for (std::size_t symbol = 0; symbol <= highest_; ++symbol)
        value_[symbol] = static_cast<float>(symbol) / static_cast<float>(highest_);
    for (std::size_t l = 0; l < lanes.size(); ++l)
        lanes_.push_back({.parameters = lanes[l],
                          .filters = 0,
                          .start = 0,
                          .current_per_light = 0.0f,
                          .variance_a2 = {},
                          .noise = noise[l],
                          .sources = sources[l]});
    for (std::size_t l = 0; l < lanes.size(); l += WIDTH)
        banks_.emplace_back(lanes.subspan(l, std::min(WIDTH, lanes.size() - l)), SAMPLES);
    find_filters(lanes);
    find_reach();
}

void waveform_array::find_filters(std::span<const lane_parameters> lanes) {
    struct known_chain {
        photonics::linear_chain chain;
        photonics::noise_bandwidths bandwidths;
    };
    std::vector<known_chain> known;
    const double symbol_s = 1.0 / lanes.front().symbol_rate_bd();
    for (std::size_t l = 0; l < lanes.size(); ++l) {
        const lane_parameters& parameters = lanes[l];
        const photonics::linear_chain chain = linear_chain_of(parameters);
        const auto found = std::ranges::find(known, chain, &known_chain::chain);
        lane_state& lane = lanes_[l];
        lane.filters = static_cast<std::size_t>(found - known.begin());
        if (found == known.end()) {
            known.push_back({chain, noise_bandwidths_of(chain)});
            // Leaves out 2e-5 of a step of light, and 1e-6 of the variance of noise.
            constexpr float signal_cut = 1e-4f, noise_cut = 1e-3f;
            const double step_s = symbol_s / SAMPLES;
            auto signal = trimmed(signal_response(chain, step_s), signal_cut);
            auto colour = trimmed(noise_response(chain, step_s), noise_cut);
            const double energy = std::inner_product(colour.taps.begin(), colour.taps.end(),
                                                     colour.taps.begin(), 0.0);
            for (float& tap : colour.taps)
                tap /= static_cast<float>(std::sqrt(energy));
            filters_.push_back(
                {{std::move(signal.taps), -static_cast<std::ptrdiff_t>(signal.origin)},
                 {std::move(colour.taps), -static_cast<std::ptrdiff_t>(colour.origin)}});
        }
        const photonics::lane_response& response = responses_[l];
        lane.start = static_cast<std::ptrdiff_t>(
                         std::lround(response.sampling_phase_ui * static_cast<double>(SAMPLES))) -
                     1 - SAMPLES / 2;
        const photonics::receiver_device receiver = receiver_of(parameters);
        lane.current_per_light = static_cast<float>(receiver.responsivity_a_per_w *
                                                    photonics::shares_of(parameters).detected());
        // The parts at one ampere are the coefficients.
        const photonics::noise_parts parts = photonics::noise_at(
            receiver, known[lane.filters].bandwidths, 1.0,
            photonics::thermal_rin_per_hz(emitted_wavelength_m(parameters), parameters.linewidth_m,
                                          parameters.intensity_noise_modes));
        const double with_swing =
            square(response.one_a - response.zero_a) *
            (square(parameters.supply_noise_relative) + photonics::baseline_wander(parameters));
        lane.variance_a2 = {static_cast<float>(square(parts.thermal_a) + square(parts.channel_a) +
                                               square(parts.dark_a) + with_swing),
                            static_cast<float>(square(parts.shot_a)),
                            static_cast<float>(square(parts.intensity_a))};
    }
}

void waveform_array::find_reach() {
    std::size_t longest_noise = 0;
    bool first = true;
    for (const lane_state& lane : lanes_) {
        const filter_taps& signal = filters_[lane.filters].signal;
        const std::ptrdiff_t newest = lane.start - signal.delay;
        const std::ptrdiff_t oldest = newest + 1 - static_cast<std::ptrdiff_t>(signal.taps.size());
        oldest_ = first ? oldest : std::min(oldest_, oldest);
        newest_ = first ? newest : std::max(newest_, newest);
        first = false;
        longest_noise = std::max(longest_noise, filters_[lane.filters].noise.taps.size());
        const photonics::led_state slowest = steady_state(
            emitter_of(lane.parameters), photonics::drive_of(lane.parameters).long_zero_a);
        constexpr double lifetimes = 16.0;
        const double symbols = std::ceil(lifetimes * slowest.differential_lifetime_s *
                                         lane.parameters.symbol_rate_bd());
        lead_in_ = std::max(lead_in_, static_cast<std::ptrdiff_t>(std::min(symbols, 1e3)));
    }
    constexpr auto context = static_cast<std::ptrdiff_t>(CONTEXT);
    const std::ptrdiff_t history =
        static_cast<std::ptrdiff_t>(MARGIN) + DRIVER_BEFORE - floor_to_symbol(oldest_) / SAMPLES;
    const std::ptrdiff_t lookahead =
        static_cast<std::ptrdiff_t>(MARGIN) + DRIVER_AFTER + newest_ / SAMPLES + 1;
    if (history >= context || lookahead > context)
        throw std::out_of_range(
            "waveform_array: fibre, photodiode, amplifier or equaliser "
            "remember " +
            std::to_string(std::max(history, lookahead)) + " symbols; at most " +
            std::to_string(CONTEXT) + " are known: raise their bandwidths or lower rate_bps");
    // Emitters slower than the context are started in their average.
    lead_in_ = std::min(lead_in_, context - history);
    const std::ptrdiff_t span =
        floor_to_symbol(newest_ + SAMPLES) - floor_to_symbol(oldest_) + SAMPLES;
    stride_ = static_cast<std::size_t>(span + PASS);
    light_.resize(lanes_.size() * stride_);
    mixed_.resize(lanes_.size() * stride_);
    white_.resize(static_cast<std::size_t>(PASS) + longest_noise);
    coloured_.resize(static_cast<std::size_t>(PASS));
}

void waveform_array::check_block(std::span<const std::uint8_t> symbols, std::size_t samples) const {
    const std::size_t lanes = lanes_.size();
    const std::size_t per_lane = lanes == 0 ? 0 : symbols.size() / lanes;
    if (lanes == 0 || symbols.size() != lanes * per_lane || per_lane <= 2 * CONTEXT ||
        samples != lanes * (per_lane - 2 * CONTEXT + 2 * MARGIN) * waveform_array::SAMPLES)
        throw std::invalid_argument("waveform_array: " + std::to_string(symbols.size()) +
                                    " symbols do not fit " + std::to_string(samples) +
                                    " samples of " + std::to_string(lanes) + " lanes");
    if (std::ranges::any_of(symbols, [&](std::uint8_t symbol) { return symbol > highest_; }))
        throw std::invalid_argument("waveform_array: a symbol above " + std::to_string(highest_));
}

void waveform_array::emit(std::span<const std::uint8_t> symbols, std::ptrdiff_t first,
                          std::size_t count) {
    const std::size_t per_lane = symbols.size() / lanes_.size();
    const std::size_t before =
        static_cast<std::size_t>(static_cast<std::ptrdiff_t>(CONTEXT) + first - DRIVER_BEFORE);
    values_.resize(count + DRIVER_BEFORE + DRIVER_AFTER);
    own_currents_.resize(count);
    currents_.assign(count * WIDTH, 0.0f);
    rows_.resize(count * WIDTH * waveform_array::SAMPLES);
    for (std::size_t b = 0; b < banks_.size(); ++b) {
        const std::size_t lanes = std::min(WIDTH, lanes_.size() - b * WIDTH);
        std::array<float, WIDTH> gain{};
        for (std::size_t l = 0; l < lanes; ++l) {
            const lane_state& lane = lanes_[b * WIDTH + l];
            const std::uint8_t* own = &symbols[(b * WIDTH + l) * per_lane + before];
            for (std::size_t k = 0; k < values_.size(); ++k)
                values_[k] = value_[own[k]];
            drive_currents(lane.parameters, values_, own_currents_);
            for (std::size_t k = 0; k < count; ++k)
                currents_[k * WIDTH + l] = own_currents_[k];
            gain[l] = lane.current_per_light;
        }
        banks_[b].advance(currents_, rows_);
        transpose(rows_, lanes, gain, &light_[b * WIDTH * stride_], stride_);
    }
}

/// The newest `rows` samples behind those that are still needed.
void waveform_array::mix(std::size_t rows) {
    const std::size_t kept = stride_ - rows;
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        float* const lane = &mixed_[l * stride_];
        std::copy(lane + rows, lane + stride_, lane);
        float* const out = lane + kept;
        std::copy_n(&light_[l * stride_], rows, out);
        for (const crosstalk_source& source : lanes_[l].sources) {
            const auto fraction = static_cast<float>(source.fraction);
            const float* const other = &light_[source.lane * stride_];
            for (std::size_t t = 0; t < rows; ++t)
                out[t] = std::fma(fraction, other[t], out[t]);
        }
    }
}

/// Calls `receive(lane, first sample of the block, taps, input)` for one pass after the other.
template <typename Receive>
void waveform_array::propagate(std::span<const std::uint8_t> symbols, std::size_t block_samples,
                               Receive receive) {
    constexpr auto margin = static_cast<std::ptrdiff_t>(MARGIN) * SAMPLES;
    const auto total = static_cast<std::ptrdiff_t>(block_samples);
    const std::ptrdiff_t oldest = floor_to_symbol(oldest_ - margin);
    std::ptrdiff_t next = oldest - lead_in_ * SAMPLES;  // sample of light, multiple of a symbol
    for (std::size_t b = 0; b < banks_.size(); ++b) {
        std::array<float, WIDTH> average_a{};
        for (std::size_t l = b * WIDTH; l < std::min((b + 1) * WIDTH, lanes_.size()); ++l)
            average_a[l % WIDTH] =
                static_cast<float>(photonics::drive_of(lanes_[l].parameters).average_a);
        banks_[b].settle(average_a);
    }
    if (lead_in_ > 0)
        emit(symbols, next / SAMPLES, static_cast<std::size_t>(lead_in_));
    next = oldest;
    for (std::ptrdiff_t done = 0; done < total; done += PASS) {
        const std::ptrdiff_t part = std::min(PASS, total - done);
        const std::ptrdiff_t end =
            floor_to_symbol(done + part - margin + newest_ + SAMPLES - 1);  // of light
        const auto rows = static_cast<std::size_t>(end - next);
        emit(symbols, next / SAMPLES, rows / waveform_array::SAMPLES);
        mix(rows);
        next = end;
        for (std::size_t l = 0; l < lanes_.size(); ++l) {
            const lane_state& lane = lanes_[l];
            const filter_taps& signal = filters_[lane.filters].signal;
            const std::size_t count = static_cast<std::size_t>(part) + signal.taps.size() - 1;
            const std::ptrdiff_t last = done + part - 1 - margin + lane.start - signal.delay;
            const std::size_t behind = static_cast<std::size_t>(end - 1 - last);
            const float* const in = &mixed_[(l + 1) * stride_ - behind - count];
            receive(l, static_cast<std::size_t>(done), signal.taps, std::span(in, count),
                    static_cast<std::size_t>(part));
        }
    }
}

void waveform_array::add_noise(const lane_state& lane, std::uint64_t first_position,
                               std::span<float> samples) {
    const filter_taps& noise = filters_[lane.filters].noise;
    const auto white = std::span(white_).first(samples.size() + noise.taps.size() - 1);
    const auto coloured = std::span(coloured_).first(samples.size());
    fill_gaussian(
        white, lane.noise,
        first_position - static_cast<std::uint64_t>(noise.delay) - (noise.taps.size() - 1));
    photonics::filter(noise.taps, white, coloured);
    const auto [at_rest, shot, intensity] = lane.variance_a2;
    for (std::size_t t = 0; t < samples.size(); ++t) {
        const float current_a = std::max(samples[t], 0.0f);
        const float variance = std::fma(current_a, std::fma(current_a, intensity, shot), at_rest);
        samples[t] = std::fma(std::sqrt(variance), coloured[t], samples[t]);
    }
}

void waveform_array::render(std::span<const std::uint8_t> symbols, std::uint64_t first_symbol,
                            std::span<float> samples) {
    check_block(symbols, samples.size());
    const std::size_t per_lane = samples.size() / lanes_.size();
    const std::uint64_t first_position = (first_symbol - MARGIN) * waveform_array::SAMPLES;
    propagate(symbols, per_lane,
              [&](std::size_t lane, std::size_t first, std::span<const float> taps,
                  std::span<const float> in, std::size_t count) {
                  const auto out = samples.subspan(lane * per_lane + first, count);
                  photonics::filter(taps, in, out);
                  add_noise(lanes_[lane], first_position + first, out);
              });
}

void waveform_array::render_clean(std::span<const std::uint8_t> symbols, std::span<float> samples) {
    check_block(symbols, samples.size());
    const std::size_t per_lane = samples.size() / lanes_.size();
    propagate(symbols, per_lane,
              [&](std::size_t lane, std::size_t first, std::span<const float> taps,
                  std::span<const float> in, std::size_t count) {
                  photonics::filter(taps, in, samples.subspan(lane * per_lane + first, count));
              });
}

void decimate(std::span<const float> samples, double phase_ui,
              std::span<const float> displacement_ui, std::span<float> out) {
    constexpr std::size_t outermost = 2;  // symbols before and behind the block that are wanted
    constexpr std::size_t beyond = 2 * (waveform_array::MARGIN - outermost);
    if (samples.size() != (out.size() + beyond) * waveform_array::SAMPLES ||
        (!displacement_ui.empty() && displacement_ui.size() != out.size()))
        throw std::invalid_argument("decimate: " + std::to_string(samples.size()) +
                                    " samples and " + std::to_string(displacement_ui.size()) +
                                    " displacements for " + std::to_string(out.size()) +
                                    " instants");
    if (!(std::abs(phase_ui) <= 0.5))
        throw std::invalid_argument("decimate: phase_ui = " + std::to_string(phase_ui) +
                                    " lies outside -0.5 .. 0.5");
    constexpr auto per_symbol = static_cast<float>(SAMPLES);
    const auto phase = static_cast<float>(phase_ui);
    for (std::size_t k = 0; k < out.size(); ++k) {
        const float moved = displacement_ui.empty() ? phase : phase + displacement_ui[k];
        if (std::isnan(moved))
            throw std::invalid_argument("decimate: a displacement is not a number");
        // Half a symbol before the main cursor stands sample 0 of the symbol.
        const float offset = (std::clamp(moved, -1.0f, 1.0f) + 0.5f) * per_symbol;
        const float whole = std::floor(offset);
        const float* const sample =
            &samples[(k + waveform_array::MARGIN - outermost) * waveform_array::SAMPLES] +
            static_cast<std::ptrdiff_t>(whole);
        const float step = sample[1] - sample[0];
        out[k] = std::fma(offset - whole, step, sample[0]);
    }
}

}  // namespace luxlane::dsp
