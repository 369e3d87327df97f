#include "models/optical_channel/optical_channel.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/random.h"
#include "models/photonics/driver.h"
#include "models/photonics/fibre.h"
#include "models/transport/lane_grid.h"
#include "models/transport/lane_window.h"
#include "models/transport/optics_update.h"
#include "models/transport/stream_purpose.h"
#include "registers/optical_channel.h"

namespace luxlane {

namespace regs = registers::optical_channel;

namespace {

constexpr double ABSOLUTE_ZERO_C = -273.15;
// The range of lane_parameters::excess_loss_db; at its end a lane is dark for any receiver.
constexpr double SMALLEST_LOSS_DB = -10.0;
constexpr double LARGEST_LOSS_DB = 60.0;
// The end of lane_parameters::defect_growth: the emitter then hardly shines.
constexpr double LARGEST_DEFECT_GROWTH = 1000.0;

double flight_time_s(const photonics::lane_parameters& lane) {
    return photonics::group_delay_s_per_m(photonics::emitted_wavelength_m(lane)) * lane.length_m;
}

std::uint64_t rounded(double value) { return static_cast<std::uint64_t>(std::llround(value)); }

}  // namespace

optical_channel::optical_channel(const sc_core::sc_module_name& name,
                                 const optical_channel_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      in("in"),
      out("out"),
      config_(config),
      flight_time_(flight_time_s(config.lane), sc_core::SC_SEC),
      arrival_("arrival"),
      changed_("changed"),
      planned_("planned") {
    const auto& spread = config_.spread;
    const auto placed = photonics::place(
        photonics::geometry_of(config_.lane, config_.lanes, lane_grid::of(config_.lanes).columns,
                               config_.alignment),
        config_.lane);
    photonics::ageing_state aged = {};
    const double density =
        photonics::drive_of(config_.lane).average_a / photonics::led_area(emitter_of(config_.lane));
    photonics::advance(config_.ageing, aged, config_.powered_s, density,
                       config_.lane.temperature_k);
    const double skew_sigma_s = spread.skew_s + spread.skew_s_per_m * config_.lane.length_m;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto key = [&](stream_purpose purpose) {
            return stream_key{config_.seed, lane, purpose_word(purpose, config_.direction)};
        };
        individual_.push_back(
            {placed[lane], aged, spread.coupling_db * gaussian(key(stream_purpose::coupling), 0),
             skew_sigma_s * gaussian(key(stream_purpose::skew), 0),
             uniform53(key(stream_purpose::birth), 0) < spread.alive_probability});
    }
    state_.requested.killed.assign(config_.lanes, 0);
    state_.requested.extra_loss_db.assign(config_.lanes, 0.0);
    state_.requested.burst_loss_udb.assign(config_.lanes, 0);
    state_.requested.skew_s.assign(config_.lanes, 0.0);
    state_.effective = state_.requested;

    in.on_transport([this](lane_frame& frame, sc_core::sc_time&) { launch(frame); });
    map_registers();
    statistics_.add("frames", "1", [this] { return double(state_.frames); });
    statistics_.add("frames_in_flight", "1", [this] { return double(state_.flights.size()); });
    statistics_.add("dead_lanes", "1", [this] { return double(dead_lanes().size()); });

    SC_HAS_PROCESS(optical_channel);
    SC_METHOD(deliver);
    sensitive << arrival_;
    dont_initialize();
    SC_METHOD(send_conditions);
    sensitive << changed_;
    dont_initialize();
    SC_METHOD(meet_plans);
    sensitive << planned_;
    dont_initialize();
}

void optical_channel::map_registers() {
    const auto identify = [this](regs::reg reg, std::uint64_t value) {
        bank_.on_read(reg, [value](auto, auto) { return value; });
    };
    const auto& lane = config_.lane;
    identify(regs::reg::capability, regs::capability::lanes.encode(config_.lanes));
    identify(regs::reg::length_mm, rounded(lane.length_m * 1e3));
    identify(regs::reg::wavelength_pm, rounded(lane.wavelength_m * 1e12));
    identify(regs::reg::core_pitch_nm, rounded(lane.lane_pitch_m * 1e9));
    identify(regs::reg::group_delay_ps, rounded(flight_time_s(lane) * 1e12));
    identify(regs::reg::temperature,
             rounded((lane.temperature_k + ABSOLUTE_ZERO_C) * 256.0) & 0xFFFF);
    bank_.on_read(regs::reg::status, [this](auto, auto) {
        return regs::status::ready.encode(true) |
               regs::status::present.encode(state_.requested.present);
    });
    add_counter(regs::reg::frames_lo, regs::reg::frames_hi, [this] { return state_.frames; });
}

// Fibre, faults and what is in flight do not belong to the cable's registers: they stay.
void optical_channel::on_reset() { state_.frames = 0; }

photonics::lane_parameters optical_channel::through_fibre(
    unsigned lane, const photonics::lane_parameters& driven) const {
    auto out_lane = individual_[lane].placed;
    out_lane.rate_bps = driven.rate_bps;
    out_lane.on_current_a = driven.on_current_a;
    out_lane.current_extinction_ratio = driven.current_extinction_ratio;
    out_lane.transmit_post_tap = driven.transmit_post_tap;
    out_lane.driver_resistance_ohm = driven.driver_resistance_ohm;
    out_lane.node_capacitance_f = driven.node_capacitance_f;
    const auto& faults = state_.effective;
    const double loss_db = out_lane.excess_loss_db + individual_[lane].excess_loss_db +
                           faults.extra_loss_db[lane] +
                           1e-6 * static_cast<double>(faults.burst_loss_udb[lane]);
    out_lane.defect_growth = std::min(
        LARGEST_DEFECT_GROWTH, out_lane.defect_growth + individual_[lane].aged.defect_growth);
    out_lane.excess_loss_db = std::clamp(loss_db, SMALLEST_LOSS_DB, LARGEST_LOSS_DB);
    out_lane.skew_s = individual_[lane].skew_s + faults.skew_s[lane];
    const bool lit = individual_[lane].alive && !faults.killed[lane] && faults.present &&
                     faults.losses_of_signal == 0;
    out_lane.drive_factor = lit ? driven.drive_factor : 0.0;
    return out_lane;
}

void optical_channel::rebuild_optics() {
    auto table = std::make_shared<lane_frame::optics_table>();
    table->version = ++state_.version;
    table->lanes.reserve(config_.lanes);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        table->lanes.push_back(through_fibre(lane, state_.driven->lanes[lane]));
    }
    state_.carried = std::move(table);
}

void optical_channel::launch(lane_frame& frame) {
    if (frame.lanes != config_.lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " + std::to_string(frame.lanes) +
                               " lanes, this cable has " + std::to_string(config_.lanes));
    }
    if (!state_.driven || state_.driven->version != frame.optics->version) {
        state_.driven = frame.optics;
        rebuild_optics();
    }
    lane_frame buffer;
    if (!used_frames_.empty()) {
        buffer = std::move(used_frames_.back());
        used_frames_.pop_back();
    }
    std::swap(buffer, frame);
    buffer.optics = state_.carried;
    const auto end = buffer.start + sc_core::sc_time(buffer.duration_s(), sc_core::SC_SEC);
    const auto arrival = std::max(sc_core::sc_time_stamp(), end + flight_time_);
    buffer.flight = arrival - end;
    if (!is_update_only(buffer)) {
        ++state_.frames;
    }
    // A short block that began inside a long one ends before it, and so arrives before it.
    auto& flights = state_.flights;
    const auto later = std::find_if(flights.begin(), flights.end(),
                                    [&](const flight& other) { return other.arrival > arrival; });
    flights.insert(later, {std::move(buffer), arrival});
    schedule(arrival_, flights.front().arrival);
}

void optical_channel::deliver() {
    while (!state_.flights.empty() && state_.flights.front().arrival <= sc_core::sc_time_stamp()) {
        lane_frame frame = std::move(state_.flights.front().frame);
        state_.flights.pop_front();
        // A long block that began before a change arrives after it: what has changed stays so.
        if (!state_.delivered || state_.delivered->version < frame.optics->version) {
            state_.delivered = frame.optics;
        }
        frame.optics = state_.delivered;
        auto delay = sc_core::SC_ZERO_TIME;
        out.send(frame, delay);
        frame.deferred.reset();
        frame.errors.clear();
        used_frames_.push_back(std::move(frame));
    }
    if (!state_.flights.empty()) {
        schedule(arrival_, state_.flights.front().arrival);
    }
}

void optical_channel::conditions_changed() { changed_.notify(sc_core::SC_ZERO_TIME); }

void optical_channel::send_conditions() {
    state_.effective = state_.requested;
    if (!state_.driven) {
        return;
    }
    rebuild_optics();
    auto frame = optics_update_frame(state_.driven, sc_core::sc_time_stamp());
    launch(frame);
}

void optical_channel::check_lane(unsigned lane) const {
    if (lane >= config_.lanes) {
        throw std::out_of_range(std::string(name()) + ": no lane " + std::to_string(lane) +
                                ", the cable has " + std::to_string(config_.lanes));
    }
}

void optical_channel::kill_lane(unsigned lane) {
    check_lane(lane);
    state_.requested.killed[lane] = 1;
    conditions_changed();
}

void optical_channel::set_lane_extra_loss_db(unsigned lane, double loss_db) {
    check_lane(lane);
    state_.requested.extra_loss_db[lane] = loss_db;
    conditions_changed();
}

void optical_channel::set_present(bool present) {
    if (state_.requested.present == present) {
        return;
    }
    state_.requested.present = present;
    if (bank_.get(regs::control::enable)) {
        bank_.set(regs::irq_status::plug, true);
        update_irq();
    }
    conditions_changed();
}

void optical_channel::plan(const sc_core::sc_time& at, change_of_conditions change) {
    if (at < sc_core::sc_time_stamp()) {
        throw std::out_of_range(std::string(name()) + ": a fault at " + at.to_string() +
                                ", which is past");
    }
    plans_.emplace(at, std::move(change));
    schedule(planned_, plans_.begin()->first);
}

void optical_channel::meet_plans() {
    while (!plans_.empty() && plans_.begin()->first <= sc_core::sc_time_stamp()) {
        plans_.begin()->second(state_.requested);
        plans_.erase(plans_.begin());
    }
    conditions_changed();
    if (!plans_.empty()) {
        schedule(planned_, plans_.begin()->first);
    }
}

void optical_channel::loss_of_signal(const sc_core::sc_time& from,
                                     const sc_core::sc_time& duration) {
    plan(from, [](conditions& now) { ++now.losses_of_signal; });
    plan(from + duration, [](conditions& now) { --now.losses_of_signal; });
}

void optical_channel::burst(const sc_core::sc_time& from, const sc_core::sc_time& duration,
                            std::span<const unsigned> lanes, double extra_loss_db) {
    std::ranges::for_each(lanes, [this](unsigned lane) { check_lane(lane); });
    const auto add = [struck = std::vector(lanes.begin(), lanes.end())](std::int64_t loss_udb) {
        return [struck, loss_udb](conditions& now) {
            for (const unsigned lane : struck) {
                now.burst_loss_udb[lane] += loss_udb;
            }
        };
    };
    const std::int64_t extra_loss_udb = std::llround(extra_loss_db * 1e6);
    plan(from, add(extra_loss_udb));
    plan(from + duration, add(-extra_loss_udb));
}

void optical_channel::skew_step(const sc_core::sc_time& at, unsigned lane, double step_s) {
    check_lane(lane);
    plan(at, [lane, step_s](conditions& now) { now.skew_s[lane] += step_s; });
}

void optical_channel::unplug() { set_present(false); }
void optical_channel::plug() { set_present(true); }

std::vector<unsigned> optical_channel::dead_at_birth() const {
    std::vector<unsigned> dead;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!individual_[lane].alive) {
            dead.push_back(lane);
        }
    }
    return dead;
}

std::vector<unsigned> optical_channel::dead_lanes() const {
    std::vector<unsigned> dead;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!individual_[lane].alive || state_.requested.killed[lane]) {
            dead.push_back(lane);
        }
    }
    return dead;
}

}  // namespace luxlane
