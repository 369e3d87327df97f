#include "models/pd_array/pd_array.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/common/random.h"
#include "models/photonics/extraction.h"
#include "models/transport/lane_window.h"
#include "models/transport/optics_update.h"
#include "models/transport/stream_purpose.h"
#include "models/transport/symbol_planes.h"
#include "registers/pd_array.h"

namespace luxlane {

namespace regs = registers::pd_array;

namespace {

/// True if lanes with parameters `a` and `b` have the same response.
bool same_lane(const photonics::lane_parameters& a, const photonics::lane_parameters& b) {
    return std::ranges::all_of(photonics::parameter_notes(),
                               [&](const auto& note) { return a.*note.member == b.*note.member; });
}

/// The bits of one lane: history, block, lookahead. The block's last word is completed with the
/// bits that follow.
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

/// PAM4 symbols by their first bit, in bit 0, and their second.
constexpr std::array<std::uint8_t, 4> GRAY_SYMBOL = {0, 3, 1, 2};

/// Symbol `k` of a word of bits; there are 64 or 32.
std::uint8_t symbol_at(std::uint64_t word, std::size_t k, std::uint32_t bits_per_symbol) {
    return bits_per_symbol == 1 ? (word >> k) & 1 : GRAY_SYMBOL[(word >> (2 * k)) & 3];
}

}  // namespace

pd_array::pd_array(const sc_core::sc_module_name& name, const pd_array_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      in("in"),
      out("out"),
      config_(config),
      grid_(lane_grid::of(config.lanes)),
      gain_steps_(gain_steps_of(config.lane, config.gain_step_db)),
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
    earlier_.resize(config_.lanes);

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
        return state_.programmed[lane].enabled
                   ? photonics::monitor_code(LANE_MONITOR, received_power_w(lane))
                   : 0;
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

photonics::lane_parameters pd_array::received(unsigned lane,
                                              const photonics::lane_parameters& light,
                                              const lane_settings& settings) const {
    const auto& step = gain_steps_[settings.gain];
    const auto& own = config_.lane;
    auto out_lane = light;
    out_lane.responsivity_a_per_w = own.responsivity_a_per_w;
    out_lane.photodiode_bandwidth_hz = own.photodiode_bandwidth_hz;
    out_lane.amplifier_bandwidth_hz = own.amplifier_bandwidth_hz * step.bandwidth;
    out_lane.amplifier_damping = own.amplifier_damping * step.damping;
    out_lane.noise_density_a_per_rthz = own.noise_density_a_per_rthz * step.noise_density;
    out_lane.noise_corner_hz = own.noise_corner_hz * step.noise_corner;
    out_lane.offset_corner_hz = own.offset_corner_hz;
    out_lane.electrical_crosstalk = own.electrical_crosstalk;
    out_lane.supply_noise_relative = own.supply_noise_relative;
    out_lane.dark_current_a = own.dark_current_a;
    out_lane.responsivity_factor = individual_[lane].responsivity_factor;
    out_lane.noise_factor = individual_[lane].noise_factor;
    if (!settings.enabled) {
        out_lane.drive_factor = 0.0;
    }
    return out_lane;
}

void pd_array::update_responses(std::shared_ptr<const lane_frame::optics_table> optics,
                                const std::vector<lane_settings>& settings) {
    auto table = std::make_shared<lane_frame::response_table>();
    table->version = state_.responses ? state_.responses->version + 1 : 1;
    if (state_.responses) {
        table->lanes = state_.responses->lanes;
        table->phases = state_.responses->phases;
    } else {
        table->lanes.assign(config_.lanes, {});
        table->phases.assign(config_.lanes, {});
    }
    received_.resize(config_.lanes);
    std::vector<unsigned> changed;
    std::vector<photonics::lane_parameters> anew;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto& light = optics->lanes[lane];
        if (!state_.responses || settings[lane] != state_.effective[lane] ||
            !same_lane(light, state_.optics->lanes[lane])) {
            auto before = std::exchange(received_[lane], received(lane, light, settings[lane]));
            auto& earlier = earlier_[lane];
            std::optional<earlier_response> replaced;
            if (is_lit(table->lanes[lane])) {
                replaced = earlier_response{before, table->lanes[lane], table->phases[lane]};
            }
            if (earlier && same_lane(earlier->received, received_[lane])) {
                table->lanes[lane] = earlier->response;
                table->phases[lane] = earlier->phases;
            } else {
                changed.push_back(lane);
                anew.push_back(received_[lane]);
            }
            if (replaced) {
                earlier = replaced;
            }
        }
    }
    std::vector<photonics::lane_response> responses(anew.size());
    std::vector<photonics::phase_response> phases(anew.size());
    photonics::extract(anew, responses, phases);
    for (std::size_t i = 0; i < changed.size(); ++i) {
        table->lanes[changed[i]] = responses[i];
        table->phases[changed[i]] = phases[i];
    }
    state_.optics = std::move(optics);
    state_.responses = std::move(table);
    symbol_lanes_.assign(config_.lanes, std::nullopt);
    waveforms_ = {};
}

double pd_array::received_power_w(unsigned lane) const {
    return state_.responses ? state_.responses->lanes[lane].received_power_w : 0.0;
}

void pd_array::update_loss_of_signal() {
    const double threshold_w =
        LANE_MONITOR.step() * double(bank_.get(regs::los_threshold::power_10nw));
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
            render_symbols(frame);
        } else if (frame.kind == fidelity::waveform) {
            render_waveform(frame);
        }
    }
    out.send(frame, delay);
}

void pd_array::frame_symbols(const lane_frame& frame, unsigned lane, lane_planes& out) {
    if (frame.bits_per_symbol == 1) {
        frame_lane_bits(frame, lane, out.low);
        out.high.clear();
        return;
    }
    frame_lane_bits(frame, lane, framed_bits_);
    const auto bits = [this](std::size_t word) {
        return word < framed_bits_.size() ? framed_bits_[word] : 0;
    };
    const std::size_t words = (frame.symbols() + 63) / 64;
    out.low.resize(words + 2);
    out.high.resize(words + 2);
    // The history's 32 symbols are the newest of their word.
    for (std::size_t w = 0; w < words + 2; ++w) {
        const auto planes =
            w == 0 ? split_planes(0, bits(0)) : split_planes(bits(2 * w - 1), bits(2 * w));
        out.low[w] = planes.low;
        out.high[w] = planes.high;
    }
}

// Overhead words are rendered as they are packed, each beside the next: the few bits at their edges
// meet each other's bits in place of the payload's, which are as random. Their noise has a stream
// of its own, because the packed positions are others' line bits. A lane that the block skips
// counts as dark.
void pd_array::render_symbols(lane_frame& frame) {
    const std::size_t words = (frame.symbols() + 63) / 64;
    const std::size_t samples_per_lane = frame.samples_per_lane();
    const auto noise = frame.purpose == frame_purpose::overhead
                           ? stream_purpose::overhead_sample_noise
                           : stream_purpose::sample_noise;
    frame.samples.resize(samples_per_lane * config_.lanes);
    rendered_.resize(64 * words + 2 * lane_frame::MARGIN);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!frame.carried[lane] || !is_lit(state_.responses->lanes[lane])) {
            continue;
        }
        auto& symbols = symbol_lanes_[lane];
        if (!symbols) {
            const auto made = make_lane_channel(config_.lane, state_.responses->lanes, grid_, lane);
            symbols = symbol_lane{dsp::symbol_kernel(made.channel), made.neighbours};
        }
        frame_symbols(frame, lane, own_);
        std::array<dsp::framed_symbols, dsp::MAX_NEIGHBOURS> neighbours;
        for (std::size_t n = 0; n < symbols->neighbours.count; ++n) {
            frame_symbols(frame, symbols->neighbours.lane[n], others_[n]);
            neighbours[n] = others_[n].view();
        }
        const stream_key key{config_.seed, lane, purpose_word(noise, config_.direction)};
        symbols->kernel.sample(own_.view(), std::span(neighbours).first(symbols->neighbours.count),
                               key, frame.first_symbol(), rendered_);
        std::copy_n(rendered_.begin(), samples_per_lane,
                    frame.samples.begin() +
                        static_cast<std::ptrdiff_t>(std::size_t{lane} * samples_per_lane));
    }
}

dsp::waveform_array pd_array::make_waveform_array(stream_purpose noise) const {
    std::vector<std::vector<dsp::crosstalk_source>> sources(config_.lanes);
    std::vector<stream_key> streams;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto around = grid_.neighbours(lane);
        for (std::size_t n = 0; n < around.count; ++n) {
            const auto& other = state_.responses->lanes[around.lane[n]];
            sources[lane].push_back(
                {around.lane[n], other.crosstalk[lane_grid::opposite(around.side[n])]});
        }
        streams.push_back({config_.seed, lane, purpose_word(noise, config_.direction)});
    }
    return {received_, sources, streams};
}

void pd_array::render_waveform(lane_frame& frame) {
    const bool overhead = frame.purpose == frame_purpose::overhead;
    auto& array = waveforms_[overhead];
    if (!array) {
        array = make_waveform_array(overhead ? stream_purpose::overhead_waveform_noise
                                             : stream_purpose::waveform_noise);
    }
    using waveforms = dsp::waveform_array;
    static_assert(waveforms::MARGIN == lane_frame::WAVEFORM_MARGIN &&
                  waveforms::SAMPLES == lane_frame::WAVEFORM_SAMPLES);
    constexpr std::size_t context = waveforms::CONTEXT;
    const std::size_t block = frame.symbols();
    const std::size_t per_word = 64 / frame.bits_per_symbol;
    const std::size_t row = block + 2 * context;
    symbols_.assign(row * config_.lanes, 0);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!frame.carried[lane]) {
            continue;
        }
        const auto* bits = frame.bits.data() + std::size_t{lane} * frame.stride;
        auto* out_symbol = symbols_.data() + lane * row;
        const auto symbol = [&](std::uint64_t word, std::size_t k) {
            return symbol_at(word, k % per_word, frame.bits_per_symbol);
        };
        // What lies beyond the known history of PAM4 repeats it: emitters see the same average.
        for (std::size_t k = 0; k < context; ++k) {
            out_symbol[k] = symbol(frame.before[lane], k);
            out_symbol[context + block + k] = symbol(frame.after[lane], k);
        }
        for (std::size_t k = 0; k < block; ++k) {
            out_symbol[context + k] = symbol(bits[k / per_word], k);
        }
    }
    frame.samples.resize(config_.lanes * frame.samples_per_lane());
    array->render(symbols_, frame.first_symbol(), frame.samples);
}

}  // namespace luxlane
