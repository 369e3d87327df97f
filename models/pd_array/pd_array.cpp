#include "models/pd_array/pd_array.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/random.h"
#include "models/transport/lane_window.h"
#include "models/transport/optics_update.h"
#include "models/transport/stream_purpose.h"
#include "registers/pd_array.h"

namespace luxlane {

namespace regs = registers::pd_array;

namespace {

constexpr double MONITOR_STEP_W = 10e-9;
constexpr double LARGEST_MONITOR_CODE = 0xFFF;

std::uint64_t monitor_code(double power_w) {
    return static_cast<std::uint64_t>(
        std::min(std::floor(power_w / MONITOR_STEP_W), LARGEST_MONITOR_CODE));
}

/// True if light with parameters `a` and `b` gives the same response.
bool same_light(const photonics::lane_parameters& a, const photonics::lane_parameters& b) {
    return std::ranges::all_of(photonics::parameter_notes(),
                               [&](const auto& note) { return a.*note.member == b.*note.member; });
}

/// The bits of one lane as the symbol kernels want them: history, block, lookahead. The block's
/// last word is completed with the bits that follow.
void frame_lane_bits(const lane_frame& frame, unsigned lane, std::vector<std::uint64_t>& out) {
    const std::size_t words = (frame.bits_per_lane + 63) / 64;
    out.assign(words + 2, 0);
    if (!frame.carried[lane]) {
        return;
    }
    const auto* bits = frame.bits.data() + std::size_t{lane} * frame.stride;
    out[0] = frame.before[lane];
    std::copy_n(bits, words, out.begin() + 1);
    const std::uint64_t after = frame.after[lane];
    if (const unsigned used = frame.bits_per_lane % 64; used != 0) {
        out[words] = (out[words] & ((std::uint64_t{1} << used) - 1)) | (after << used);
        out[words + 1] = after >> (64 - used);
    } else {
        out[words + 1] = after;
    }
}

}  // namespace

pd_array::pd_array(const sc_core::sc_module_name& name, const pd_array_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      in("in"),
      out("out"),
      config_(config),
      grid_(lane_grid::of(config.lanes)),
      update_("update", config.settling_time_s) {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto draw = [&](stream_purpose purpose, double sigma) {
            const stream_key key{config_.seed, lane, purpose_word(purpose, config_.direction)};
            return std::max(0.0, 1.0 + sigma * gaussian(key, 0));
        };
        individual_.push_back(
            {draw(stream_purpose::responsivity, config_.spread.responsivity_relative),
             draw(stream_purpose::amplifier_noise, config_.spread.noise_relative)});
    }
    state_.programmed.assign(config_.lanes, {});
    state_.effective.assign(config_.lanes, {});
    state_.lost.assign(config_.lanes, 0);
    symbol_lanes_.resize(config_.lanes);

    in.on_transport([this](lane_frame& frame, sc_core::sc_time& delay) { receive(frame, delay); });
    map_registers();
    statistics_.add("power", "W", [this] { return power_w(); });
    statistics_.add("frames", "1", [this] { return double(state_.frames); });
    statistics_.add("los_events", "1", [this] { return double(state_.los_events); });
    statistics_.add("lanes_without_signal", "1",
                    [this] { return double(std::ranges::count(state_.lost, std::uint8_t{1})); });

    SC_HAS_PROCESS(pd_array);
    SC_METHOD(apply_settings);
    sensitive << update_.over();
    dont_initialize();
}

void pd_array::map_registers() {
    bank_.on_read(regs::reg::capability,
                  [this](auto, auto) { return regs::capability::lanes.encode(config_.lanes); });
    add_counter(regs::reg::frames_lo, regs::reg::frames_hi, [this] { return state_.frames; });
    add_counter(regs::reg::los_events_lo, regs::reg::los_events_hi,
                [this] { return state_.los_events; });
    bank_.on_write(regs::reg::los_threshold,
                   [this](const register_write&) { update_loss_of_signal(); });
    bank_.on_read(regs::reg::los_map, [this](std::uint32_t word, auto) {
        return lane_bitmap_word(word, config_.lanes,
                                [this](unsigned lane) { return state_.lost[lane] != 0; });
    });

    const lane_window window(bank_, config_.lanes, regs::reg::lane_select, regs::error_code::code,
                             regs::error_code::code_value::bad_lane);
    window.on_read(regs::reg::lane_control, [this](unsigned lane) {
        return regs::lane_control::enable.encode(state_.programmed[lane].enabled);
    });
    window.on_write(regs::reg::lane_control, [this](unsigned lane, std::uint64_t written) {
        state_.programmed[lane].enabled = regs::lane_control::enable.decode(written);
        update_.begin(now());
    });
    window.on_read(regs::reg::lane_gain, [this](unsigned lane) {
        return regs::lane_gain::code.encode(state_.programmed[lane].gain);
    });
    window.on_write(regs::reg::lane_gain, [this](unsigned lane, std::uint64_t written) {
        state_.programmed[lane].gain =
            static_cast<std::uint8_t>(regs::lane_gain::code.decode(written));
        update_.begin(now());
    });
    // The converter stops with the enable bit, the amplifier only when its supply has settled.
    window.on_read(regs::reg::lane_power, [this](unsigned lane) {
        return state_.programmed[lane].enabled ? monitor_code(received_power_w(lane)) : 0;
    });
    window.on_read(regs::reg::lane_status, [this](unsigned lane) {
        return regs::lane_status::los.encode(state_.lost[lane] != 0);
    });
}

void pd_array::on_reset() {
    account_power();
    state fresh;
    fresh.programmed.assign(config_.lanes, {});
    // Light and energy are physics, not registers: the amplifiers stop when their supplies have.
    fresh.effective = state_.effective;
    fresh.optics = state_.optics;
    fresh.responses = state_.responses;
    fresh.energy_j = state_.energy_j;
    fresh.counted_to = state_.counted_to;
    fresh.lost.assign(config_.lanes, 0);
    state_ = std::move(fresh);
    update_.cancel();
    update_.begin(now());
}

void pd_array::on_control(const register_write& write) {
    if (write.value != write.old_value) {
        update_.begin(now());
    }
}

void pd_array::apply_settings() {
    update_.finish();
    auto settings = state_.programmed;
    if (!bank_.get(regs::control::enable)) {
        std::ranges::for_each(settings, [](lane_settings& lane) { lane.enabled = false; });
    }
    account_power();
    if (state_.optics) {
        update_responses(state_.optics, settings);
        auto frame = optics_update_frame(state_.optics, sc_core::sc_time_stamp());
        frame.responses = state_.responses;
        auto delay = sc_core::SC_ZERO_TIME;
        out.send(frame, delay);
    }
    state_.effective = std::move(settings);
    update_loss_of_signal();
}

photonics::lane_response pd_array::respond(unsigned lane, const photonics::lane_parameters& light,
                                           const lane_settings& settings) const {
    if (!settings.enabled || !(light.drive_factor > 0.0)) {
        return {};
    }
    const double gain = std::pow(config_.gain_step_ratio, settings.gain);
    const double share = config_.resistor_noise_share;
    auto received = light;
    received.responsivity_a_per_w = config_.lane.responsivity_a_per_w;
    received.photodiode_bandwidth_hz = config_.lane.photodiode_bandwidth_hz;
    received.amplifier_bandwidth_hz = config_.lane.amplifier_bandwidth_hz / std::sqrt(gain);
    received.noise_density_a_per_rthz =
        config_.lane.noise_density_a_per_rthz * std::sqrt(1.0 - share + share / gain);
    received.dark_current_a = config_.lane.dark_current_a;
    received.responsivity_factor = individual_[lane].responsivity_factor;
    received.noise_factor = individual_[lane].noise_factor;
    return photonics::extract(received);
}

void pd_array::update_responses(std::shared_ptr<const lane_frame::optics_table> optics,
                                const std::vector<lane_settings>& settings) {
    auto table = std::make_shared<lane_frame::response_table>();
    table->version = state_.responses ? state_.responses->version + 1 : 1;
    if (state_.responses) {
        table->lanes = state_.responses->lanes;
    } else {
        table->lanes.assign(config_.lanes, {});
    }
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto& light = optics->lanes[lane];
        if (!state_.responses || settings[lane] != state_.effective[lane] ||
            !same_light(light, state_.optics->lanes[lane])) {
            table->lanes[lane] = respond(lane, light, settings[lane]);
        }
    }
    state_.optics = std::move(optics);
    state_.responses = std::move(table);
    symbol_lanes_.assign(config_.lanes, std::nullopt);
}

double pd_array::received_power_w(unsigned lane) const {
    return state_.responses ? state_.responses->lanes[lane].received_power_w : 0.0;
}

void pd_array::update_loss_of_signal() {
    const double threshold_w = MONITOR_STEP_W * double(bank_.get(regs::los_threshold::power_10nw));
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const bool lost = state_.effective[lane].enabled && received_power_w(lane) < threshold_w;
        if (lost != (state_.lost[lane] != 0)) {
            state_.lost[lane] = lost;
            state_.los_events += lost;
            bank_.set(regs::irq_status::los_change, true);
        }
    }
    update_irq();
}

double pd_array::power_w() const {
    return config_.amplifier_power_w *
           double(std::ranges::count_if(state_.effective,
                                        [](const lane_settings& lane) { return lane.enabled; }));
}

void pd_array::account_power() {
    const auto time = sc_core::sc_time_stamp();
    state_.energy_j += power_w() * (time - state_.counted_to).to_seconds();
    state_.counted_to = time;
}

std::vector<device::energy_part> pd_array::energy() const {
    const double since_s = (sc_core::sc_time_stamp() - state_.counted_to).to_seconds();
    return {{"TIA", state_.energy_j + power_w() * since_s}};
}

void pd_array::receive(lane_frame& frame, sc_core::sc_time& delay) {
    if (frame.lanes != config_.lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " + std::to_string(frame.lanes) +
                               " lanes, this array has " + std::to_string(config_.lanes));
    }
    if (!state_.optics || state_.optics->version != frame.optics->version) {
        update_responses(frame.optics, state_.effective);
        update_loss_of_signal();
    }
    frame.responses = state_.responses;
    if (!is_update_only(frame)) {
        ++state_.frames;
        if (frame.kind == fidelity::symbol) {
            render_samples(frame);
        }
    }
    out.send(frame, delay);
}

// Overhead words are rendered as they are packed, each beside the next: the few bits at their edges
// meet each other's bits in place of the payload's, which are as random. Their noise has a stream
// of its own, because the packed positions are others' line bits. A lane that the block skips
// counts as dark.
void pd_array::render_samples(lane_frame& frame) {
    const std::size_t words = (frame.bits_per_lane + 63) / 64;
    const std::size_t samples_per_lane = frame.bits_per_lane + 2;
    const auto noise = frame.purpose == frame_purpose::overhead
                           ? stream_purpose::overhead_sample_noise
                           : stream_purpose::sample_noise;
    frame.samples.resize(samples_per_lane * config_.lanes);
    std::vector<float> rendered(64 * words + 2);
    std::vector<std::uint64_t> own;
    std::array<std::vector<std::uint64_t>, 4> others;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!frame.carried[lane] || !is_lit(state_.responses->lanes[lane])) {
            continue;
        }
        auto& symbols = symbol_lanes_[lane];
        if (!symbols) {
            const auto made = make_lane_channel(state_.responses->lanes, grid_, lane);
            symbols = symbol_lane{dsp::symbol_channel(made.channel), made.neighbours};
        }
        frame_lane_bits(frame, lane, own);
        std::array<dsp::framed_bits, 4> neighbours;
        for (std::size_t n = 0; n < symbols->neighbours.count; ++n) {
            frame_lane_bits(frame, symbols->neighbours.lane[n], others[n]);
            neighbours[n] = others[n];
        }
        const stream_key key{config_.seed, lane, purpose_word(noise, config_.direction)};
        symbols->kernel.sample(own, std::span(neighbours).first(symbols->neighbours.count), key,
                               frame.first_bit, rendered);
        std::copy_n(rendered.begin(), samples_per_lane,
                    frame.samples.begin() +
                        static_cast<std::ptrdiff_t>(std::size_t{lane} * samples_per_lane));
    }
}

}  // namespace luxlane
