#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/common/standard_device.h"
#include "models/host_serdes/eye_sampler.h"
#include "models/host_serdes/host_serdes_config.h"
#include "models/host_serdes/lane_errors.h"
#include "models/host_serdes/lane_receiver.h"
#include "models/host_serdes/pattern_path.h"
#include "models/host_serdes/symbol_mux.h"
#include "models/transport/host_port.h"
#include "models/transport/stream_purpose.h"

namespace luxlane {

/// Electrical lanes between accelerator and PHY, both directions and both ends: 800GAUI-8 by
/// default (link.md 3.3; IEEE Std 802.3ck, Annex 120G).
/// Modelled: PLL of each quad, transmit equaliser, loss of the trace, CTLE, gain, decision feedback
/// and its adaptation, clock recovery, signal detector, line codes, errors by each lane's law,
/// pattern generators and checkers, loopbacks, eye sampler.
/// Not modelled: reflections tap by tap, neighbours' crosstalk symbol by symbol, the steps of
/// adaptation (settings jump to what it converges to), power (the PHY's host interface figure).
/// Timing: PLLs, clock recovery, adaptation and eye measurements take their configured times.
///
/// Lanes count from 0 for accelerator to PHY and from `lanes` for the way back. Lane l and the lane
/// of the other direction with the same pins are partners: the chip that receives one sends the
/// other.
class host_serdes : public standard_device, public host_port {
public:
    host_serdes(const sc_core::sc_module_name& name, const host_serdes_config& config);

    bool ready() const override { return state_.ready; }
    void egress_errors(std::uint64_t first_bit, std::uint64_t bits,
                       std::vector<std::uint64_t>& to) override;
    void ingress_errors(std::uint64_t first_bit, std::uint64_t bits,
                        std::vector<std::uint64_t>& to) override;
    double latency_s() const override { return config_.latency_s; }

    /// Fault: PLL `pll` (PLL_CONTROL's numbering) has no reference from `at` on for `duration`.
    /// `at` may not lie in the past; a later call replaces an earlier one that is not over. No such
    /// PLL: std::out_of_range.
    void drop_pll(unsigned pll, const sc_core::sc_time& at, const sc_core::sc_time& duration);

    unsigned lanes() const { return 2 * directed_; }  ///< of both directions
    unsigned plls() const { return static_cast<unsigned>(state_.plls.size()); }
    /// Lanes of one direction.
    unsigned directed_lanes() const { return directed_; }
    /// Error law of a lane as it is set now, both directions counted; that of noise without signal.
    host::error_law lane_law(unsigned lane);

protected:
    void on_reset() override;
    void on_control(const register_write& write) override;

private:
    using time = sc_core::sc_time;
    enum class loopback : std::uint8_t { none, near, far };

    struct pll_state {
        bool enabled = false;
        bool locked = false;
        std::optional<time> lock_at;             ///< while acquiring
        std::optional<time> lost_from, back_at;  ///< fault to come, or present
        bool reference = true;
    };
    struct transmitter_state {
        bool enabled = false;
        bool idle = false;
        host::line_code code;
        host::transmit_setting setting;
        bool generating = false;
        coding::test_pattern generator;
    };
    struct checker_state {
        bool on = false;
        coding::test_pattern expected;
        host::pattern_path path;  ///< that it is locked to, or could not lock to
        bool locked = false;
        std::uint64_t next_symbol = 0;  ///< first that was not counted
        std::uint64_t bits = 0, errors = 0, symbol_errors = 0;
        std::uint32_t gate_us = 0;
        std::optional<time> gate_at;
        bool gate_done = false;
    };
    struct counts {
        std::uint64_t bits = 0, errors = 0, symbol_errors = 0;
    };
    struct eye_state {
        unsigned eye = 0;
        unsigned dwell = 20;
        int phase = 0;
        int voltage = 0;
        std::optional<time> done_at;
        bool interrupted = false;  ///< the slicers had no clock or no signal of the trace meanwhile
        bool done = false, failed = false;
        std::uint64_t errors = 0;
    };
    struct receiver_state {
        bool enabled = false;
        bool frozen = false;
        host::line_code code;
        host::receiver_setting setting;
        bool signal = false;
        bool locked = false;
        std::optional<time> lock_at;
        std::optional<time> unlocked_since;
        std::optional<time> adapt_at;
        bool adapt_done = false, adapt_failed = false;
        bool trained = false;  ///< an adaptation succeeded since the receiver was enabled
        std::uint32_t adapt_runs = 0, cdr_losses = 0, check_losses = 0;
        std::uint64_t slips = 0;
        loopback loop = loopback::none;
        checker_state checker;
        counts shown;  ///< by the last SNAPSHOT
        eye_state eye;
    };
    /// Mutable state beside the registers.
    struct state {
        std::vector<pll_state> plls;
        std::vector<transmitter_state> transmitters;  ///< [lane]
        std::vector<receiver_state> receivers;        ///< [lane]
        bool ready = false;
    };
    /// What a lane's settings make of it; derived from state.
    struct lane_model {
        host::lane_signal signal;
        host::receiver_setting setting;
        bool trained = false;
        bool held = false;  ///< the taps are those of an earlier signal
        host::equalised_lane equalised;
        std::optional<host::error_law> law = {};
        std::optional<host::lane_errors> traffic = {}, pattern = {};
        std::optional<host::eye_sampler> sampler = {};
    };

    unsigned partner(unsigned lane) const { return (lane + directed_) % lanes(); }
    unsigned transmit_pll(unsigned lane) const;
    unsigned receive_pll(unsigned lane) const { return transmit_pll(partner(lane)); }
    std::uint64_t symbol_at(const time& at) const;
    stream_key stream(unsigned lane, stream_purpose purpose) const;

    void map_registers();
    void map_transmitter_registers();
    void map_receiver_registers();
    void map_diagnostic_registers();
    void map_eye_registers();
    void map_bitmaps();
    std::optional<coding::test_pattern> pattern_of(std::uint64_t kind, bool inverted) const;
    std::uint64_t lane_status(unsigned lane) const;
    template <class Change>
    void change(Change apply) {
        account();
        apply();
        settle();
    }

    void start_plls(std::uint64_t enables);
    void run_plls();
    bool sends(unsigned lane) const;
    bool has_signal(unsigned lane) const;
    bool carries_traffic(unsigned lane) const;
    void settle();
    void settle_lane(unsigned lane);
    void refresh_model(unsigned lane);
    void lock_clock(unsigned lane);
    void start_adaptation(unsigned lane);
    void finish_adaptation(unsigned lane);
    void expire();
    void schedule_next();
    const host::error_law& law(unsigned lane);
    host::lane_errors& errors(unsigned lane, stream_purpose purpose);
    void carried_errors(unsigned first_lane, std::uint64_t first_bit, std::uint64_t bits,
                        std::vector<std::uint64_t>& to);

    void account();
    void count_pattern(unsigned lane, const time& until);
    host::pattern_path path_to(unsigned lane) const;
    void follow_pattern(unsigned lane);
    void inject(unsigned lane, std::uint32_t count);
    void close_gate(unsigned lane);
    void open_gate(unsigned lane);
    void start_eye(unsigned lane);
    void finish_eye(unsigned lane);

    const host_serdes_config config_;
    const unsigned directed_;  ///< lanes of one direction
    const host::symbol_mux mux_;
    std::vector<double> excess_loss_db_;  ///< [lane], as manufactured
    state state_;
    std::vector<lane_model> models_;  ///< [lane]
    std::vector<host::symbol_error> drawn_;
    sc_core::sc_event deadline_;
};

}  // namespace luxlane
