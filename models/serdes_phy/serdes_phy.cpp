#include "models/serdes_phy/serdes_phy.h"

#include <algorithm>
#include <cmath>

#include "models/coding/lane_frame_format.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
namespace frame = coding::lane_frame;
using sc_core::sc_time;
using wide_link::block_kind;

namespace {

wide_link::line_geometry checked_geometry(const serdes_phy_config& config, const char* name) {
    check(config, name);
    return {config.physical_lanes,
            config.data_lanes,
            config.lane_rate_bps,
            {config.fec, config.interleave, config.gearbox}};
}

wide_link::line_ends ends_of(std::uint32_t direction) {
    return direction % 2 == 0 ? wide_link::line_ends{1, 2} : wide_link::line_ends{2, 1};
}

std::uint64_t ps_of(double seconds) {
    return static_cast<std::uint64_t>(std::llround(seconds * 1e12));
}

wide_link::lane_limits limits_of(const serdes_phy_config& config,
                                 const wide_link::line_geometry& geometry) {
    wide_link::lane_limits limits;
    limits.superframe_ps = ps_of(geometry.superframe_s());
    limits.cdr_lock_ps = ps_of(config.cdr_lock_limit_s);
    limits.search_superframes = config.search_superframes;
    limits.spare_test_ps = ps_of(config.spare_test_s);
    limits.spare_test_ber = config.spare_test_ber;
    limits.spare_test_bits = static_cast<std::uint64_t>(config.spare_test_s * config.lane_rate_bps);
    return limits;
}

frame_purpose purpose_of(block_kind kind) {
    switch (kind) {
        case block_kind::training:
            return frame_purpose::training;
        case block_kind::overhead:
            return frame_purpose::overhead;
        case block_kind::payload:
            return frame_purpose::payload;
    }
    return frame_purpose::training;
}

}  // namespace

serdes_phy::serdes_phy(const sc_core::sc_module_name& name, const serdes_phy_config& config)
    : device(name, regs::map),
      flits_in("flits_in"),
      flits_out("flits_out"),
      lanes_out("lanes_out"),
      lanes_in("lanes_in"),
      lane_locked([](unsigned) { return true; }),
      lane_ber([](unsigned) { return 0.0; }),
      config_(config),
      fidelity_(config.kind),
      geometry_(checked_geometry(config, this->name())),
      bridged_lanes_(wide_link::bridged_lanes(geometry_.format, config.data_lanes)),
      transmit_pipeline_(
          wide_link::encode_latency_s(config) + config.gearbox_s + config.line_crossing_s,
          sc_core::SC_SEC),
      transmit_map_(config.data_lanes, config.physical_lanes),
      receive_map_(config.data_lanes, config.physical_lanes),
      transmitter_(geometry_),
      receiver_(geometry_, limits_of(config, geometry_),
                {[this](unsigned lane) { return clock_locked(lane); },
                 [this](unsigned lane) {
                     return loopback_ == wide_link::loopback_mode::near ? 0.0 : lane_ber(lane);
                 }}),
      payload_receiver_(geometry_),
      counters_(config.physical_lanes),
      snapshot_(config.physical_lanes),
      link_({ps_of(config.lanes_limit_s), ps_of(config.deskew_limit_s),
             ps_of(config.repair_limit_s)}),
      exchange_(config.retry, config.transmit_fifo_flits, ends_of(config.direction)),
      idle_({config.seed, 0, (config.direction << 16) | wide_link::idle_error_purpose},
            geometry_.format),
      patterns_(config.physical_lanes),
      pattern_words_(config.physical_lanes),
      pattern_snapshot_(config.physical_lanes),
      known_states_(config.physical_lanes, luxlane::lane_state::off),
      superframe_event_("superframe"),
      payload_event_("payload"),
      room_event_("room"),
      receiver_event_("receiver"),
      delivery_event_("delivery"),
      link_event_("link"),
      retry_event_("retry"),
      near_event_("near") {
    flits_in.on_transport(
        [this](flit_burst& burst, sc_time& delay) { accept_flits(burst, delay); });
    lanes_in.on_transport(
        [this](lane_frame& arriving, sc_time& delay) { receive_lanes(arriving, delay); });
    map_registers();
    add_statistics();

    SC_HAS_PROCESS(serdes_phy);
    SC_METHOD(send_superframe);
    sensitive << superframe_event_;
    dont_initialize();
    SC_METHOD(step_payload);
    sensitive << delivery_event_ << retry_event_ << payload_event_;
    dont_initialize();
    SC_METHOD(offer_room);
    sensitive << room_event_;
    dont_initialize();
    SC_METHOD(watch_receiver);
    sensitive << receiver_event_;
    dont_initialize();
    SC_METHOD(watch_link);
    sensitive << link_event_;
    dont_initialize();
    SC_METHOD(receive_near);
    sensitive << near_event_;
    dont_initialize();
}

void serdes_phy::on_reset() {
    account_energy();
    for (auto* event : {&superframe_event_, &payload_event_, &room_event_, &receiver_event_,
                        &delivery_event_, &link_event_, &retry_event_, &near_event_}) {
        event->cancel();
    }
    const auto link_before = link_.state();
    const bool refused = state_.refused;
    report_undelivered();
    // With retry on, what is given up here is told flit by flit by the handshake that follows.
    const bool interrupted = state_.serving && !config_.retry.enable;
    state_ = state{};
    link_.reset();
    exchange_.link(false, picoseconds(now()));
    exchange_.reset(picoseconds(now()));
    state_.refused = refused;
    totals_ = totals{};
    transmit_map_ = wide_link::lane_map(config_.data_lanes, config_.physical_lanes);
    receive_map_ = transmit_map_;
    transmitter_.reset();
    receiver_.reset();
    receiver_.set_marker_limit(bank_.get(regs::marker_limit::count));
    counters_ = wide_link::fec_counters(config_.physical_lanes);
    snapshot_ = counters_;
    patterns_.reset();
    std::fill(pattern_words_.begin(), pattern_words_.end(), pattern_word{});
    std::fill(pattern_snapshot_.begin(), pattern_snapshot_.end(), pattern_counts{});
    loopback_ = wide_link::loopback_mode::none;
    loop_exchange_.reset();
    near_frames_.clear();
    slot_loop_.clear();
    std::fill(known_states_.begin(), known_states_.end(), luxlane::lane_state::off);
    if (link_before != link_state::reset && link_changed_) {
        link_changed_(link_state::reset, now());
    }
    // Not by refresh_service: a reset leaves no interrupt behind.
    if (interrupted && service_changed_) {
        service_changed_(false, now());
    }
}

void serdes_phy::update_irq() {
    const std::uint64_t live =
        regs::irq_status::management_rx.encode(!state_.management_rx.empty());
    irq.set(((bank_.value(regs::reg::irq_status) | live) & bank_.value(regs::reg::irq_mask)) != 0);
}

sc_time serdes_phy::line_time(std::uint64_t line_bit) const {
    return state_.epoch +
           sc_time(static_cast<double>(line_bit) * geometry_.unit_interval_s(), sc_core::SC_SEC);
}

std::uint64_t serdes_phy::line_bit_at(const sc_time& at) const {
    // Times are rounded to picoseconds: a hair early still means this bit.
    constexpr double hair = 0.01;
    const double bits = (at - state_.epoch).to_seconds() * geometry_.line_rate_bps();
    return static_cast<std::uint64_t>(std::max(0.0, std::ceil(bits - hair)));
}

sc_time serdes_phy::superframes(double count) const {
    return {count * geometry_.superframe_s(), sc_core::SC_SEC};
}

sc_time serdes_phy::superframe_due(std::uint64_t superframe) const {
    constexpr std::size_t last_word = (frame::frames_per_superframe - 1) * frame::frame_bits;
    const auto leaves = line_time(superframe * frame::superframe_bits + last_word);
    return leaves > state_.epoch + transmit_pipeline_ ? leaves - transmit_pipeline_ : state_.epoch;
}

void serdes_phy::send(wide_link::line_block& block) {
    frame_.kind = fidelity_;
    frame_.purpose = purpose_of(block.kind);
    frame_.first_bit = block.first_bit;
    frame_.bits_per_lane = block.bits_per_lane;
    frame_.lanes = config_.physical_lanes;
    frame_.stride = block.stride;
    frame_.unit_interval_s = geometry_.unit_interval_s();
    frame_.start = line_time(block.first_bit);
    frame_.first_group = block.first_group;
    frame_.groups = block.groups;
    frame_.bits.swap(block.bits);
    frame_.before.swap(block.before);
    frame_.after.swap(block.after);
    frame_.carried.swap(block.carried);
    frame_.deferred = std::move(block.deferred);
    frame_.errors.clear();
    frame_.sent_parity.clear();
    frame_.optics.reset();
    frame_.responses.reset();
    frame_.samples.clear();
    if (loopback_ == wide_link::loopback_mode::near) {
        loop_near(frame_);
        if (block.kind == block_kind::payload) {
            return;  // else the far end would accept flits and numbers that are not for it
        }
    } else if (loopback_ == wide_link::loopback_mode::far_line) {
        return;  // the pins send what came in
    }
    auto delay = sc_core::SC_ZERO_TIME;
    lanes_out.send(frame_, delay);
}

}  // namespace luxlane
