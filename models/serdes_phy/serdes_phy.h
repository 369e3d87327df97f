#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/common/device.h"
#include "models/serdes_phy/fec_counters.h"
#include "models/serdes_phy/idle_accrual.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/line_transmitter.h"
#include "models/serdes_phy/link_supervisor.h"
#include "models/serdes_phy/loopback.h"
#include "models/serdes_phy/pattern_test.h"
#include "models/serdes_phy/payload_receiver.h"
#include "models/serdes_phy/phy_latency.h"
#include "models/serdes_phy/serdes_phy_config.h"
#include "models/serdes_phy/slot_exchange.h"
#include "models/transport/flit_burst.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/host_port.h"
#include "models/transport/lane_frame.h"
#include "registers/serdes_phy.h"

namespace luxlane {

/// Digital half of the wide link: link-layer retry, PCS, FEC, striping of symbols over lanes, lane
/// frames, lane and link state machines, remap with hitless switches, in-band management words,
/// test patterns and loopbacks (docs/link.md).
/// Modelled: every bit of payload, overhead and training that the other end looks at. Idle payload
/// of an UP link is not sent; its codewords and their errors are drawn, when somebody asks, from
/// the error ratios that the lanes had meanwhile.
///
/// Timing: flits wait for the next free group of codewords, which goes on the line
/// `transmit_pipeline` later; a block of groups is delivered when its last bit and the receiver's
/// stages are through. The overhead of a superframe is composed when its last word is about to
/// leave. While the link is UP and nothing happens, one superframe in `supervision_superframes` is
/// sent.
class serdes_phy : public device {
public:
    payload_target_socket<flit_protocol> flits_in;      ///< from the accelerator
    payload_initiator_socket<flit_protocol> flits_out;  ///< to the accelerator
    payload_initiator_socket<lane_protocol> lanes_out;  ///< line bits, to the driver array
    payload_target_socket<lane_protocol> lanes_in;      ///< line bits, from the receiver array

    /// Bound by the board to the receiver array: whether a lane's clock is recovered, and its bit
    /// error ratio. Unbound: always, and 0.
    std::function<bool(unsigned lane)> lane_locked;
    std::function<double(unsigned lane)> lane_ber;
    /// To be called after either of the two changed, with the local time of the change.
    void lanes_changed(const sc_core::sc_time& at);

    serdes_phy(const sc_core::sc_module_name& name, const serdes_phy_config& config);

    /// `call` hears every change of the link state, at once, with the local time of what caused it.
    void on_link_change(std::function<void(link_state, const sc_core::sc_time&)> call) {
        link_changed_ = std::move(call);
    }

    /// `call` hears when the service to the accelerator begins and ends. With retry on, it begins
    /// with the first handshake of the two ends and outlasts outages of the link until flits are
    /// given up; with retry off, it is the link's UP and REPAIR.
    void on_service_change(std::function<void(bool, const sc_core::sc_time&)> call) {
        service_changed_ = std::move(call);
    }
    /// Puts electrical lanes between accelerator and PHY. `host` outlives the PHY; its `on_change`
    /// is taken. Without it the accelerator stands on the package: nothing to lose, always ready.
    void bind_host(host_port& host);

    link_state link() const { return link_.state(); }
    luxlane::lane_state lane(unsigned physical) const { return receiver_.lane(physical).state(); }
    /// Physical receive lane of a logical lane; nothing if it has none that carries payload.
    std::optional<unsigned> receive_lane(unsigned logical) const;
    /// How the lanes are simulated from the next block on; not the guest's business, so a reset
    /// leaves it.
    void simulate_lanes_by(fidelity kind) { fidelity_ = kind; }

    /// What the FEC has counted up to now, idle included.
    const wide_link::fec_counters& counters();
    /// Flit slots that were reported to the accelerator as lost, since reset.
    std::uint64_t flits_lost() const { return totals_.flits_lost; }
    /// Sending half of the retry with the far end: what it sent again, gave up, and why.
    const wide_link::retry_transmitter& retry_transmitter() const {
        return exchange_.retry().transmitter;
    }

    /// Shortest time from a register write or flit here to any effect at the far PHY, without what
    /// the blocks between the two add.
    sc_core::sc_time min_latency() const;

    /// Stages of the one-way latency of a flit that finds the line idle, from this end's receiver
    /// and a far transmitter of the same configuration; without what lies between the PHYs.
    using latency_part = wide_link::latency_stage;
    std::vector<latency_part> latency_parts() const;
    std::vector<energy_part> energy() const override;

protected:
    void on_reset() override;
    void update_irq() override;

private:
    /// Sent one by one after a change, so that the far end hears new names twice.
    static constexpr unsigned superframes_after_change = 8;

    struct management_entry {
        std::uint32_t word;
        sc_core::sc_time written;
    };
    struct delivery {
        sc_core::sc_time due;
        wide_link::received_slots slots;
        sc_core::sc_time sent;
        bool own = false;  ///< came through the near loopback
    };
    /// What idle codewords meet from one change of the lanes to the next, by logical lane.
    struct idle_lanes {
        std::vector<std::uint16_t> physical_of;
        std::vector<double> ber;
    };
    struct latency_record {
        double minimum_s = 0.0;
        double sum_s = 0.0;
        std::uint64_t flits = 0;
        void add(double latency_s, std::uint64_t count);
        double mean_s() const { return flits > 0 ? sum_s / static_cast<double>(flits) : 0.0; }
    };
    /// Mutable state beside the registers and the state of the line's two ends.
    struct state {
        bool transmitting = false;
        bool receiving = false;
        bool deskewed = false;
        sc_core::sc_time deskewed_at;
        bool far_restarted = false;  ///< since the link was UP last

        sc_core::sc_time epoch;  ///< when transmission began: line bit 0
        std::uint64_t next_superframe = 0;
        std::uint64_t dense_until = 0;  ///< superframes before it are all sent
        bool payload_since_superframe = false;
        std::uint64_t next_group = 0;
        bool serving = false;     ///< as the accelerator was told last
        bool refused = false;     ///< the accelerator waits for room
        std::uint64_t freed = 0;  ///< room made by the block sent at `freed_at`
        sc_core::sc_time freed_at;
        std::deque<management_entry> management_tx;
        std::uint32_t word_under_way = 0;

        std::deque<std::uint32_t> management_rx;
        bool management_overflow = false;
        std::optional<sc_core::sc_time> far_epoch;  ///< when the far transmitter began
        sc_core::sc_time heard;    ///< end of the latest training or overhead block
        sc_core::sc_time missed;   ///< when a missing one was counted last
        std::uint64_t window = 0;  ///< of 64 far superframes, for DEGRADE_LIMIT
        std::deque<delivery> deliveries;

        sc_core::sc_time up_since;
        std::uint64_t groups_seen = 0;  ///< received or accrued since `up_since`
        idle_lanes idle;                ///< since idle codewords were accrued last
    };
    /// Controls of one physical lane's test pattern, as LANE_PATTERN_TX and _RX read.
    struct pattern_word {
        std::uint32_t transmit = 0;
        std::uint32_t receive = 0;
    };
    struct pattern_counts {
        std::uint64_t bits = 0;
        std::uint64_t errors = 0;
        std::uint64_t symbol_errors = 0;
    };
    /// Counts since reset, of blocks that were really sent and received.
    struct totals {
        std::uint64_t flits_sent = 0;
        std::uint64_t flits_delivered = 0;
        std::uint64_t flits_lost = 0;      ///< reported to the accelerator
        std::uint64_t loop_discarded = 0;  ///< of loopbacks that ended
        std::uint64_t blocks_sent = 0;
        std::uint64_t groups_sent = 0;
        std::uint64_t groups_received = 0;
        std::uint64_t groups_ignored = 0;    ///< arrived before DESKEW or while the link was down
        std::uint64_t host_errors_sent = 0;  ///< wrong bits that the host's lanes brought in
        std::uint64_t host_errors_received = 0;  ///< and those on the way to the host
        latency_record latency;
        latency_record wait;  ///< in the transmit FIFO
    };
    /// What has cost energy since construction; no reset undoes it.
    struct activity {
        std::uint64_t groups = 0;  ///< both directions
        double awake_s = 0.0;      ///< mean of both directions, up to `counted_to`
        sc_core::sc_time counted_to;
    };

    // serdes_phy_registers.cpp
    void map_registers();
    void map_lane_registers();
    void map_retry_registers();
    void map_management_registers();
    void write_control(std::uint64_t before, std::uint64_t after);
    void deskew();
    void write_map(wide_link::lane_map& map, std::uint64_t physical);
    void arm_switch(std::uint64_t command);
    void push_management(std::uint32_t word);
    std::uint64_t status_word() const;
    std::uint64_t superframe_now() const;

    // serdes_phy.cpp: transmit side and link state
    static std::uint64_t picoseconds(const sc_core::sc_time& time) {
        return static_cast<std::uint64_t>(time / sc_core::sc_time(1, sc_core::SC_PS));
    }
    sc_core::sc_time line_time(std::uint64_t line_bit) const;
    std::uint64_t line_bit_at(const sc_core::sc_time& at) const;
    sc_core::sc_time superframe_due(std::uint64_t superframe) const;
    sc_core::sc_time superframes(double count) const;
    // serdes_phy_link.cpp
    void start_transmitter();
    void stop_transmitter();
    void plan_superframe(std::uint64_t superframe);
    void observe(unsigned superframes = 1);
    bool observed() const;
    void send_superframe();
    void enter_up();
    void leave_up();
    link_cause cause_of_loss() const;
    void refresh_link();
    void plan_link();
    void note_progress();
    void watch_link();

    void send(wide_link::line_block& block);

    // serdes_phy_payload.cpp
    bool host_ready() const;
    sc_core::sc_time host_crossing() const;
    std::uint64_t coded_bit(std::uint64_t group) const;
    void accept_flits(flit_burst& burst, const sc_core::sc_time& delay);
    void step_payload();
    void plan_payload();
    /// When slots are to be filled next, sc_max_time() if at no time that is known yet.
    sc_core::sc_time next_fill();
    void send_payload();
    void offer_room();
    void plan_retry();
    /// That of the accelerator's flits now.
    wide_link::slot_exchange& exchange() { return loop_exchange_ ? *loop_exchange_ : exchange_; }
    void link_exchange();
    void change_exchange();
    wide_link::slot_exchange* exchange_of(const delivery& arriving);
    std::uint64_t flits_discarded() const;
    void refresh_service();
    void receive_payload(const wide_link::line_view& block, const lane_frame& frame,
                         const sc_core::sc_time& at);
    void count_latency(const wide_link::line_view& block, const lane_frame& arriving,
                       const sc_core::sc_time& at);
    void queue_delivery(delivery&& arriving);
    void deliver();
    /// A reset drops what has arrived and is not delivered; the accelerator has to know.
    void report_undelivered();

    // serdes_phy_diagnostics.cpp
    void map_diagnostic_registers();
    std::optional<coding::test_pattern> pattern_of(std::uint64_t word) const;
    bool maps(const wide_link::lane_map& map, unsigned physical) const;
    void write_transmit_pattern(unsigned lane, std::uint64_t word);
    void write_receive_pattern(unsigned lane, std::uint64_t word);
    void snapshot_patterns();
    void change_loopback();
    void loop_near(const lane_frame& frame);
    void receive_near();
    void turn_back(lane_frame& arriving, const sc_core::sc_time& at);

    // serdes_phy_counters.cpp
    void set_counter(registers::serdes_phy::reg low, std::uint64_t value);
    void take_snapshot();
    void snapshot_fec();
    void snapshot_retry();

    // serdes_phy_receive.cpp
    bool clock_locked(unsigned lane) const;
    void receive_lanes(lane_frame& frame, const sc_core::sc_time& delay);
    void receive(lane_frame& frame, const sc_core::sc_time& delay);
    void take_skew(const lane_frame& frame);
    void take_epoch(const lane_frame& frame);
    void receive_superframe(const wide_link::line_view& block, const sc_core::sc_time& at);
    void watch_receiver();
    sc_core::sc_time next_look() const;
    std::uint64_t far_superframe_at(const sc_core::sc_time& at) const;
    void plan_receiver();
    void note_lane_states();
    void advance_receive_map(std::uint64_t far_superframe);
    void end_window();
    void accrue_idle(const sc_core::sc_time& at);
    void charge_idle(const sc_core::sc_time& at);
    idle_lanes present_lanes() const;
    void stop_receiver();

    // serdes_phy_report.cpp
    void add_statistics();
    void account_energy();
    double host_power_w() const;
    double awake_s() const;
    double host_lanes_s() const;
    double deskew_s() const;
    double receive_stages_s() const;

    const serdes_phy_config config_;
    fidelity fidelity_;
    const wide_link::line_geometry geometry_;
    const std::uint32_t bridged_lanes_;
    const sc_core::sc_time transmit_pipeline_;
    wide_link::lane_map transmit_map_;
    wide_link::lane_map receive_map_;
    wide_link::line_transmitter transmitter_;
    wide_link::line_receiver receiver_;
    wide_link::payload_receiver payload_receiver_;
    wide_link::fec_counters counters_;
    wide_link::fec_counters snapshot_;
    wide_link::link_supervisor link_;
    wide_link::slot_exchange exchange_;  ///< with the far end
    /// With this end itself, in near loopback and far test: its numbers are not the far end's.
    std::optional<wide_link::slot_exchange> loop_exchange_;
    wide_link::idle_accrual idle_;
    state state_;
    totals totals_;
    activity activity_;
    wide_link::pattern_test patterns_;
    std::vector<pattern_word> pattern_words_;       ///< [physical]
    std::vector<pattern_counts> pattern_snapshot_;  ///< [physical]
    wide_link::loopback_mode loopback_ = wide_link::loopback_mode::none;
    wide_link::slot_loop slot_loop_;
    std::multimap<sc_core::sc_time, lane_frame> near_frames_;  ///< by the time of their last bit
    std::vector<luxlane::lane_state> known_states_;  ///< [physical] as LANE_CHANGE knows them
    std::uint64_t optics_version_ = 0;
    bool optics_known_ = false;
    std::function<void(link_state, const sc_core::sc_time&)> link_changed_;
    std::function<void(bool, const sc_core::sc_time&)> service_changed_;
    host_port* host_ = nullptr;
    wide_link::line_block block_;
    wide_link::received_slots slots_;  ///< of the block at hand
    lane_frame frame_;

    sc_core::sc_event superframe_event_;
    sc_core::sc_event payload_event_;
    sc_core::sc_event room_event_;
    sc_core::sc_event receiver_event_;
    sc_core::sc_event delivery_event_;
    sc_core::sc_event link_event_;
    sc_core::sc_event retry_event_;
    sc_core::sc_event near_event_;
};

}  // namespace luxlane
