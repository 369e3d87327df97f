#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "models/dsp/jitter.h"
#include "models/dsp/statistical_eye.h"
#include "models/dsp/symbol_kernel.h"
#include "models/dsp/waveform_array.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/transport/optics_update.h"
#include "models/transport/symbol_planes.h"
#include "registers/rx_dsp.h"

namespace luxlane {

namespace {

constexpr double UNLOCKED_BER = 0.5;

/// Line bits from the block's first to its last, both included.
std::uint64_t line_bits(const lane_frame& frame) {
    return frame.line_bit(frame.bits_per_lane - 1) + 1 - frame.first_bit;
}

/// How many of the block's bits the receiver got before `time`.
std::uint32_t bits_before(const lane_frame& frame, const sc_core::sc_time& time) {
    const auto first = frame.start + frame.flight;
    if (time <= first) {
        return 0;
    }
    const double line_bits = std::ceil((time - first).to_seconds() / frame.unit_interval_s);
    // Of an overhead block, whose bits are not evenly spaced, the first that came later.
    std::uint32_t low = 0;
    std::uint32_t high = frame.bits_per_lane;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (static_cast<double>(frame.line_bit(middle) - frame.first_bit) < line_bits) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/// Replaces bits `from` .. `to` - 1.
void replace_bits(std::span<std::uint64_t> bits, std::span<const std::uint64_t> by,
                  std::uint32_t from, std::uint32_t to) {
    while (from < to) {
        const unsigned offset = from % 64;
        const unsigned count = std::min(64 - offset, to - from);
        const std::uint64_t mask =
            (count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << offset;
        auto& word = bits[from / 64];
        word = (word & ~mask) | (by[from / 64] & mask);
        from += count;
    }
}

}  // namespace

stream_key rx_dsp::stream(unsigned lane, stream_purpose purpose) const {
    return {config_.seed, lane, purpose_word(purpose, config_.direction)};
}

void rx_dsp::announce_change() {
    carried_.forget();
    lanes_changed(now());
}

lane_errors rx_dsp::make_errors(unsigned lane, const lane_frame::response_table& responses,
                                const dsp::receive_filter& filter) const {
    const auto made = make_lane_channel(config_.lane, responses.lanes, grid_, lane);
    const auto rates = dsp::jittered_error_law(made.channel, responses.phases[lane], filter,
                                               dsp::jitter_of(config_.lane));
    return {rates, bit_error_source(rates.ber, stream(lane, stream_purpose::error_position))};
}

bool rx_dsp::same_channel(unsigned lane, const slicer_period& period) const {
    const auto same = [&](unsigned other) {
        return state_.responses->lanes[other] == period.responses->lanes[other];
    };
    return same(lane) && std::ranges::all_of(grid_.neighbours(lane), same);
}

lane_errors& rx_dsp::errors_of(unsigned lane) const {
    auto& known = errors_[lane];
    if (known) {
        return *known;
    }
    const auto& filter = state_.lanes[lane].filter;
    for (const auto& period : history_[lane].periods()) {
        if (period.errors && period.filter == filter && same_channel(lane, period)) {
            known = period.errors;
            return *known;
        }
    }
    known = make_errors(lane, *state_.responses, filter);
    return *known;
}

double rx_dsp::lane_ber(unsigned lane) const {
    return state_.lanes[lane].locked ? errors_of(lane).rates.ber : UNLOCKED_BER;
}

void rx_dsp::receive(lane_frame& frame, sc_core::sc_time& delay) {
    if (frame.lanes != config_.lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " + std::to_string(frame.lanes) +
                               " lanes, this receiver has " + std::to_string(config_.lanes));
    }
    if (frame.responses &&
        (!state_.responses || frame.responses->version != state_.responses->version)) {
        take_responses(frame.responses);
    }
    if (is_update_only(frame)) {
        return;
    }
    if (const double rate_bps = 1.0 / frame.unit_interval_s; rate_bps != state_.rate_bps) {
        state_.rate_bps = rate_bps;
        account_power();
    }
    ++state_.frames;
    if (carried_.take(frame.carried)) {
        carried_locked_ = lanes_locked(frame);
        clean_ = {};
    }
    state_.bits += carried_.count() * frame.bits_per_lane;
    const bool settled = frame.start + frame.flight >= changed_;
    if (!carried_locked_ || !settled) {
        frame.materialise();
    }
    if (frame.deferred) {
        draw_errors(frame);
    } else {
        for (unsigned lane = 0; lane < config_.lanes; ++lane) {
            if (frame.carried[lane]) {
                state_.bit_errors += decide_lane(frame, lane, settled);
            }
        }
    }
    out.send(frame, delay);
}

bool rx_dsp::lanes_locked(const lane_frame& frame) const {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (frame.carried[lane] && !state_.lanes[lane].locked) {
            return false;
        }
    }
    return true;
}

void rx_dsp::draw_errors(lane_frame& frame) {
    if (frame.first_bit >= clean_.first && frame.first_bit + line_bits(frame) <= clean_.last) {
        return;
    }
    clean_ = {0, ~std::uint64_t{0}};
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!frame.carried[lane]) {
            continue;
        }
        auto& source = errors_of(lane).source;
        wrong_.clear();
        source.draw(frame, wrong_);
        for (const auto bit : wrong_) {
            frame.errors.push_back({lane, bit});
        }
        clean_.first = std::max(clean_.first, source.known_clean().first);
        clean_.last = std::min(clean_.last, source.known_clean().last);
    }
    state_.bit_errors += frame.errors.size();
}

std::uint64_t rx_dsp::flip_errors(const lane_frame& frame, bit_error_source& source,
                                  std::span<std::uint64_t> bits) {
    wrong_.clear();
    source.draw(frame, wrong_);
    for (const auto bit : wrong_) {
        bits[bit / 64] ^= std::uint64_t{1} << (bit % 64);
    }
    return wrong_.size();
}

std::uint64_t rx_dsp::decide_lane(lane_frame& frame, unsigned lane, bool settled) {
    const std::size_t words = (frame.bits_per_lane + 63) / 64;
    const auto bits = std::span(frame.bits).subspan(std::size_t{lane} * frame.stride, words);
    const bool by_law = state_.lanes[lane].locked && frame.kind == fidelity::statistical;
    if (settled && by_law) {
        return flip_errors(frame, errors_of(lane).source, bits);
    }
    auto present = present_period(lane, bank_.get(registers::rx_dsp::control::enable));
    if (by_law) {
        present.errors = errors_of(lane);
    }
    decisions_.resize(words);
    decide_as(present, frame, lane, decisions_);
    if (!settled) {
        earlier_.resize(words);
        std::uint32_t from = 0;
        for (auto& period : history_[lane].periods()) {
            const std::uint32_t to = bits_before(frame, period.end);
            if (to > from) {
                decide_as(period, frame, lane, earlier_);
                replace_bits(decisions_, earlier_, from, to);
                from = to;
            }
        }
    }
    std::uint64_t errors = 0;
    for (std::size_t w = 0; w < words; ++w) {
        const std::size_t rest = frame.bits_per_lane - 64 * w;
        const std::uint64_t used = rest >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rest) - 1;
        errors += static_cast<std::uint64_t>(std::popcount((bits[w] ^ decisions_[w]) & used));
        bits[w] = decisions_[w] & used;
    }
    return errors;
}

// Samples were made with the block's last light, whatever the period.
void rx_dsp::decide_as(slicer_period& period, const lane_frame& frame, unsigned lane,
                       std::vector<std::uint64_t>& decisions) {
    if (!period.powered) {
        std::ranges::fill(decisions, 0);
    } else if (!period.locked) {
        fill_with_noise(frame, stream(lane, stream_purpose::unlocked_bits), decisions);
    } else if (frame.kind != fidelity::statistical) {
        slice_samples(frame, lane, period, decisions);
    } else {
        if (!period.errors) {
            period.errors = make_errors(lane, *period.responses, period.filter);
        }
        std::copy_n(frame.bits.begin() + std::ptrdiff_t{lane} * frame.stride, decisions.size(),
                    decisions.begin());
        flip_errors(frame, period.errors->source, decisions);
    }
}

void rx_dsp::slice_samples(const lane_frame& frame, unsigned lane, const slicer_period& period,
                           std::span<std::uint64_t> decisions) {
    const std::size_t words = (frame.symbols() + 63) / 64;
    const std::size_t count = frame.symbols() + 2 * lane_frame::MARGIN;
    lane_samples_.assign(64 * words + 2 * lane_frame::MARGIN, 0.0f);
    if (frame.kind == fidelity::waveform) {
        sample_waveform(frame, lane, std::span(lane_samples_).first(count));
    } else {
        std::copy_n(frame.samples.begin() + static_cast<std::ptrdiff_t>(lane * count), count,
                    lane_samples_.begin());
    }
    dsp::sampled_channel levels;
    levels.format = config_.lane.format;
    levels.level = period.responses->lanes[lane].level;
    if (!pam4()) {
        dsp::equalise_and_slice(lane_samples_, period.filter, levels, {frame.before[lane], 0},
                                decisions, {});
        return;
    }
    low_.resize(words);
    high_.resize(words);
    const auto before = split_planes(0, frame.before[lane]);
    dsp::equalise_and_slice(lane_samples_, period.filter, levels, {before.low, before.high}, low_,
                            high_);
    for (std::size_t w = 0; w < decisions.size(); ++w) {
        decisions[w] = join_planes({low_[w / 2], high_[w / 2]}, w % 2);
    }
}

// The sampling instants are the lane's best phase and what the clock's jitter makes of it.
void rx_dsp::sample_waveform(const lane_frame& frame, unsigned lane, std::span<float> samples) {
    const auto waveform =
        std::span(frame.samples).subspan(lane * frame.samples_per_lane(), frame.samples_per_lane());
    const auto& nominal = config_.lane;
    const double symbol_s = frame.unit_interval_s * frame.bits_per_symbol;
    const dsp::sampling_jitter jitter = {.random_ui = nominal.random_jitter_s / symbol_s,
                                         .sinusoidal_ui = nominal.sinusoidal_jitter_s / symbol_s,
                                         .duty_cycle_ui = nominal.duty_cycle_distortion};
    jitter_ui_.resize(samples.size());
    dsp::draw_displacements(jitter, stream(lane, stream_purpose::sampling_jitter),
                            stream(lane, stream_purpose::slow_jitter_phase),
                            frame.first_symbol() - lane_frame::MARGIN, jitter_ui_);
    dsp::decimate(waveform, 0.0, jitter_ui_, samples);
}

}  // namespace luxlane
