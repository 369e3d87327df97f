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
    return {config.physical_lanes, config.data_lanes, config.lane_rate_bps};
}

std::uint64_t picoseconds(double seconds) {
    return static_cast<std::uint64_t>(std::llround(seconds * 1e12));
}

wide_link::lane_limits limits_of(const serdes_phy_config& config,
                                 const wide_link::line_geometry& geometry) {
    wide_link::lane_limits limits;
    limits.superframe_ps = picoseconds(geometry.superframe_s());
    limits.cdr_lock_ps = picoseconds(config.cdr_lock_limit_s);
    limits.search_superframes = config.search_superframes;
    limits.spare_test_ps = picoseconds(config.spare_test_s);
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
      transmit_pipeline_(config.fec_encode_s + config.gearbox_s, sc_core::SC_SEC),
      transmit_map_(config.data_lanes, config.physical_lanes),
      receive_map_(config.data_lanes, config.physical_lanes),
      transmitter_(geometry_),
      receiver_(geometry_, limits_of(config, geometry_),
                {[this](unsigned lane) { return lane_locked(lane); },
                 [this](unsigned lane) { return lane_ber(lane); }}),
      payload_receiver_(geometry_),
      counters_(config.physical_lanes),
      snapshot_(config.physical_lanes),
      idle_({config.seed, 0, (config.direction << 16) | wide_link::idle_error_purpose}),
      known_states_(config.physical_lanes, luxlane::lane_state::off),
      superframe_event_("superframe"),
      payload_event_("payload"),
      room_event_("room"),
      receiver_event_("receiver"),
      delivery_event_("delivery") {
    flits_in.on_transport(
        [this](flit_burst& burst, sc_time& delay) { accept_flits(burst, delay); });
    lanes_in.on_transport(
        [this](lane_frame& arriving, sc_time& delay) { receive(arriving, delay); });
    map_registers();
    add_statistics();

    SC_HAS_PROCESS(serdes_phy);
    SC_METHOD(send_superframe);
    sensitive << superframe_event_;
    dont_initialize();
    SC_METHOD(send_payload);
    sensitive << payload_event_;
    dont_initialize();
    SC_METHOD(offer_room);
    sensitive << room_event_;
    dont_initialize();
    SC_METHOD(watch_receiver);
    sensitive << receiver_event_;
    dont_initialize();
    SC_METHOD(deliver);
    sensitive << delivery_event_;
    dont_initialize();
}

void serdes_phy::on_reset() {
    account_energy();
    for (auto* event :
         {&superframe_event_, &payload_event_, &room_event_, &receiver_event_, &delivery_event_}) {
        event->cancel();
    }
    const auto link_before = state_.link;
    const bool refused = state_.refused;
    state_ = state{};
    state_.refused = refused;
    totals_ = totals{};
    transmit_map_ = wide_link::lane_map(config_.data_lanes, config_.physical_lanes);
    receive_map_ = transmit_map_;
    transmitter_.reset();
    receiver_.reset();
    receiver_.set_marker_limit(bank_.get(regs::marker_limit::count));
    counters_ = wide_link::fec_counters(config_.physical_lanes);
    snapshot_ = counters_;
    std::fill(known_states_.begin(), known_states_.end(), luxlane::lane_state::off);
    if (link_before != link_state::reset && link_changed_) {
        link_changed_(link_state::reset, now());
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

void serdes_phy::start_transmitter() {
    account_energy();
    state_.transmitting = true;
    state_.epoch = now();
    state_.dense_until = 0;
    state_.payload_since_superframe = false;
    state_.next_pair = 0;
    state_.word_under_way = 0;
    transmitter_.reset();
    transmit_map_.cancel();
    plan_superframe(0);
}

void serdes_phy::stop_transmitter() {
    account_energy();
    state_.transmitting = false;
    superframe_event_.cancel();
    transmit_map_.cancel();
}

void serdes_phy::plan_superframe(std::uint64_t superframe) {
    state_.next_superframe = superframe;
    superframe_event_.cancel();
    schedule(superframe_event_, std::max(now(), superframe_due(superframe)));
}

void serdes_phy::observe(unsigned superframes) {
    if (!state_.transmitting) {
        return;
    }
    std::uint64_t next = superframe_now();
    if (superframe_due(next) <= now()) {
        ++next;
    }
    state_.dense_until = std::max(state_.dense_until, next + superframes);
    if (state_.next_superframe > next) {
        plan_superframe(next);
    }
}

bool serdes_phy::observed() const {
    return !state_.carrying || bank_.get(regs::control::train_tx) ||
           !state_.management_tx.empty() || state_.word_under_way != 0 ||
           !transmit_map_.armed().empty() || !receive_map_.armed().empty() ||
           state_.payload_since_superframe || state_.next_superframe + 1 < state_.dense_until ||
           !receiver_.aligned(receive_map_);
}

void serdes_phy::send_superframe() {
    const std::uint64_t superframe = state_.next_superframe;
    if (transmit_map_.advance(superframe) > 0) {
        bank_.set(regs::irq_status::switch_done, true);
        state_.dense_until = std::max(state_.dense_until, superframe + superframes_after_change);
    }
    const wide_link::management_format format{config_.data_lanes};
    if (format.phase(superframe) == 0) {
        state_.word_under_way = 0;
        auto& words = state_.management_tx;
        if (!words.empty() && words.front().written < sc_core::sc_time_stamp()) {
            state_.word_under_way = words.front().word;
            words.pop_front();
            if (words.empty()) {
                bank_.set(regs::irq_status::management_tx_empty, true);
            }
        }
    }
    const bool whole = !state_.carrying || bank_.get(regs::control::train_tx);
    transmitter_.build_superframe(whole ? block_kind::training : block_kind::overhead,
                                  transmit_map_, superframe, state_.word_under_way, block_);
    const bool next_at_once = observed();
    state_.payload_since_superframe = false;
    const std::uint64_t stride = config_.supervision_superframes;
    plan_superframe(next_at_once ? superframe + 1 : (superframe / stride + 1) * stride);
    send(block_);
    refresh_link();
    update_irq();
}

void serdes_phy::accept_flits(flit_burst& burst, const sc_time& delay) {
    burst.accepted = 0;
    if (!state_.carrying) {
        state_.refused = true;
        return;
    }
    // Room that this instant's block makes counts from the next instant on, whichever comes first.
    const std::size_t hidden =
        state_.freed_at == sc_core::sc_time_stamp() ? state_.freed : std::uint64_t{0};
    const std::size_t used = state_.waiting_flits + hidden;
    const std::size_t room =
        config_.transmit_fifo_flits > used ? config_.transmit_fifo_flits - used : 0;
    const auto arrived = sc_core::sc_time_stamp() + delay;
    for (const auto& run : burst.runs) {
        const std::size_t taken = std::min(room - burst.accepted, run.size());
        if (taken > 0) {
            state_.waiting.push_back({run.part(0, taken), arrived});
            burst.accepted += taken;
        }
        state_.refused = state_.refused || taken < run.size();
    }
    state_.waiting_flits += burst.accepted;
    plan_payload();
}

void serdes_phy::plan_payload() {
    payload_event_.cancel();
    if (state_.waiting.empty()) {
        return;
    }
    // Never at the instant of arrival, so that no order of processes decides what a block holds.
    const auto crossed =
        state_.waiting.front().arrived +
        std::max(sc_time(config_.host_interface_s, sc_core::SC_SEC), sc_time(1, sc_core::SC_PS));
    const auto line_free = line_time(geometry_.first_bit(state_.next_pair));
    auto at = crossed;
    if (line_free > transmit_pipeline_) {
        at = std::max(at, line_free - transmit_pipeline_);
    }
    schedule(payload_event_, std::max(at, sc_core::sc_time_stamp()));
}

void serdes_phy::send_payload() {
    const auto at = sc_core::sc_time_stamp();
    const auto crossing =
        std::max(sc_time(config_.host_interface_s, sc_core::SC_SEC), sc_time(1, sc_core::SC_PS));
    const std::size_t most = std::size_t{geometry_.longest_block_pairs()} * coding::slots_per_pair;
    std::vector<coding::flit_run> sending;
    std::vector<const coding::flit*> slots;
    while (slots.size() < most && !state_.waiting.empty() &&
           state_.waiting.front().arrived + crossing <= at && state_.carrying) {
        auto& next = state_.waiting.front();
        const std::size_t taken = std::min(most - slots.size(), next.flits.size());
        for (const auto& flit : next.flits.flits().first(taken)) {
            slots.push_back(&flit);
        }
        totals_.wait.add((at - next.arrived - crossing).to_seconds(), taken);
        sending.push_back(next.flits.part(0, taken));
        next.flits.begin += taken;
        if (next.flits.empty()) {
            state_.waiting.pop_front();
        }
    }
    const std::size_t count = slots.size();
    state_.waiting_flits -= count;
    if (count == 0) {
        plan_payload();
        return;
    }
    const std::size_t pairs = (count + coding::slots_per_pair - 1) / coding::slots_per_pair;
    slots.resize(pairs * coding::slots_per_pair, nullptr);
    const std::uint64_t first =
        std::max(state_.next_pair, geometry_.first_pair_from(line_bit_at(at + transmit_pipeline_)));
    transmitter_.build_payload(transmit_map_, first, slots, block_);
    state_.next_pair = first + pairs;
    state_.payload_since_superframe = true;
    state_.freed = count;
    state_.freed_at = at;
    totals_.flits_sent += count;
    totals_.pairs_sent += pairs;
    activity_.pairs += pairs;
    ++totals_.blocks_sent;
    observe();
    plan_payload();
    if (state_.refused) {
        room_event_.notify(crossing);
    }
    send(block_);
}

void serdes_phy::offer_room() {
    if (state_.refused) {
        state_.refused = false;
        flit_burst none;
        flits_in.notify_ready(none);
    }
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
    frame_.first_pair = block.first_pair;
    frame_.pairs = block.pairs;
    frame_.bits.swap(block.bits);
    frame_.before.swap(block.before);
    frame_.after.swap(block.after);
    frame_.carried.swap(block.carried);
    frame_.optics.reset();
    frame_.responses.reset();
    frame_.samples.clear();
    auto delay = sc_core::SC_ZERO_TIME;
    lanes_out.send(frame_, delay);
}

void serdes_phy::leave_up() {
    accrue_idle(now());
    state_.carrying = false;
    state_.down = true;
    totals_.flits_discarded += state_.waiting_flits;
    state_.waiting.clear();
    state_.waiting_flits = 0;
    payload_event_.cancel();
    observe();
}

link_state serdes_phy::derive_link() {
    if (!state_.transmitting) {
        if (state_.carrying) {
            leave_up();
        }
        state_.down = false;
        return link_state::reset;
    }
    const bool wanted = bank_.get(regs::control::link_enable) && state_.receiving;
    const auto lost = receiver_.lost_lanes(receive_map_);
    if (lost > geometry_.bridged_lanes() || !state_.receiving) {
        state_.deskewed = false;
    }
    if (state_.carrying && (!wanted || !state_.deskewed)) {
        leave_up();
    } else if (!state_.carrying && !state_.down && wanted && state_.deskewed && lost == 0) {
        account_energy();
        state_.carrying = true;
        state_.up_since = now();
        state_.pairs_seen = 0;
        state_.idle = present_lanes();
        observe(superframes_after_change);
        if (state_.refused) {
            schedule(room_event_, now());
        }
    }
    if (state_.down) {
        return link_state::down;
    }
    if (state_.carrying) {
        const bool switching = !transmit_map_.armed().empty() || !receive_map_.armed().empty();
        return switching ? link_state::repair : link_state::up;
    }
    if (lost > 0) {
        return link_state::tx_on;
    }
    return state_.deskewed ? link_state::deskew : link_state::lanes;
}

void serdes_phy::refresh_link() {
    const auto link = derive_link();
    if (link == state_.link) {
        return;
    }
    state_.link = link;
    bank_.set(regs::irq_status::link_change, true);
    if (link_changed_) {
        link_changed_(link, now());
    }
}

}  // namespace luxlane
