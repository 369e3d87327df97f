#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/common/standard_device.h"
#include "models/dsp/receive_filter.h"
#include "models/rx_dsp/eye_sampler.h"
#include "models/rx_dsp/rx_dsp_config.h"
#include "models/rx_dsp/slicer_history.h"
#include "models/transport/carried_lanes.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_channel.h"
#include "models/transport/lane_frame.h"
#include "models/transport/stream_purpose.h"

namespace luxlane {

/// Equaliser, clock recovery and slicer array of one receiver.
/// Modelled: linear equaliser of one or three taps, decision feedback, adaptation to minimum mean
/// square error, threshold that follows the levels, lock of the clock recovery, sampling jitter,
/// errors by the lane's error law or by slicing samples, NRZ or PAM4; a second slicer per lane that
/// measures the eye, by the error law where it stands.
/// Not modelled: drift of threshold and phase; the steps of adaptation (taps jump to what it
/// converges to) and of the clock's loop; bursts by feedback of wrong decisions, and which bit of a
/// PAM4 symbol errs, in the error law; more than the mean and variance of jitter, but in waveforms,
/// which are sampled with it. Programming taps by hand leaves the feedback as trained.
/// Timing: a frame leaves when it arrives; a bit that came before a change of its lane is decided
/// as before it. A deferred block stays so if all lanes that carry it were locked and unchanged.
/// Lock and adaptation take their configured times.
class rx_dsp : public standard_device {
public:
    payload_target_socket<lane_protocol> in;      ///< bits with responses, or samples
    payload_initiator_socket<lane_protocol> out;  ///< decided bits; update-only frames end here

    /// Bound by the board to the PHY: called after locks or error ratios of lanes may have changed,
    /// with the local time of the change. Unbound: nobody hears it.
    std::function<void(const sc_core::sc_time& at)> lanes_changed;

    rx_dsp(const sc_core::sc_module_name& name, const rx_dsp_config& config);

    std::vector<energy_part> energy() const override;

    /// Bit error ratio of a lane as it is set now; 0.5 while it is unlocked.
    double lane_ber(unsigned lane) const;
    bool lane_locked(unsigned lane) const { return state_.lanes[lane].locked; }

protected:
    void on_reset() override;
    void on_control(const register_write& write) override;

private:
    /// Codes of the feed-forward taps, in 1/64.
    struct tap_codes {
        static constexpr int ONE = 64;
        std::int8_t pre = 0;
        std::int8_t main = ONE;
        std::int8_t post = 0;
    };
    struct lane_state {
        bool enabled = false;
        tap_codes taps;
        bool locked = false;
        std::optional<sc_core::sc_time> lock_at;   ///< while acquiring
        std::optional<sc_core::sc_time> adapt_at;  ///< while adapting
        bool adapt_done = false;
        bool adapt_failed = false;
        // What the present light and taps make of the lane; zeros without light.
        dsp::receive_filter filter;  ///< of `taps`, with feedback and threshold
        double q = 0.0;              ///< eye opening over noise at the slicer; 0 without light
        eye_measurement eye;
    };
    /// Mutable state beside the registers.
    struct state {
        std::vector<lane_state> lanes;
        std::shared_ptr<const lane_frame::response_table> responses;
        double rate_bps = 0.0;
        std::uint64_t frames = 0;
        std::uint64_t bits = 0;
        std::uint64_t bit_errors = 0;
        std::uint64_t cdr_losses = 0;
        double power_w = 0.0;   ///< since `counted_to`
        double energy_j = 0.0;  ///< up to `counted_to`
        sc_core::sc_time counted_to;
    };

    void map_registers();
    void map_lane_registers();
    void map_eye_registers();
    void receive(lane_frame& frame, sc_core::sc_time& delay);
    bool lanes_locked(const lane_frame& frame) const;
    void draw_errors(lane_frame& frame);
    std::uint64_t decide_lane(lane_frame& frame, unsigned lane, bool settled);
    std::uint64_t flip_errors(const lane_frame& frame, bit_error_source& source,
                              std::span<std::uint64_t> bits);
    void decide_as(slicer_period& period, const lane_frame& frame, unsigned lane,
                   std::vector<std::uint64_t>& decisions);
    void slice_samples(const lane_frame& frame, unsigned lane, const slicer_period& period,
                       std::span<std::uint64_t> decisions);
    void sample_waveform(const lane_frame& frame, unsigned lane, std::span<float> samples);
    void take_responses(std::shared_ptr<const lane_frame::response_table> responses);
    bool pam4() const { return config_.lane.format == photonics::modulation::pam4; }
    bool has_light(unsigned lane) const;
    void set_taps(unsigned lane, const tap_codes& taps);
    void evaluate_eye(unsigned lane);
    void evaluate_lock(unsigned lane);
    void set_enabled(unsigned lane, bool enabled);
    void start_adaptation(unsigned lane);
    void finish_locks();
    void finish_adaptations();
    void adapt(unsigned lane);
    void schedule_locks();
    void schedule_adaptations();
    void start_eye(unsigned lane);
    void schedule_eyes();
    void finish_eyes();
    void finish_eye(unsigned lane);
    slicer_period present_period(unsigned lane, bool array_powered) const;
    void end_period(unsigned lane);
    void announce_change();
    lane_errors& errors_of(unsigned lane) const;
    bool same_channel(unsigned lane, const slicer_period& period) const;
    lane_errors make_errors(unsigned lane, const lane_frame::response_table& responses,
                            const dsp::receive_filter& filter) const;
    stream_key stream(unsigned lane, stream_purpose purpose) const;
    void account_power();

    const rx_dsp_config config_;
    const lane_grid grid_;
    const dsp::filter_shape shape_;
    state state_;
    mutable std::vector<std::optional<lane_errors>> errors_;  ///< [lane] cache
    std::vector<slicer_history> history_;                     ///< [lane]
    sc_core::sc_time changed_;               ///< end of the last period of any lane
    carried_lanes carried_;                  ///< of the last frame since lanes changed
    bool carried_locked_ = false;            ///< whether all of them are
    bit_error_source::clean_stretch clean_;  ///< of all of them; empty: unknown
    std::vector<float> lane_samples_;
    std::vector<float> jitter_ui_;
    std::vector<std::uint64_t> decisions_, earlier_, low_, high_;
    std::vector<std::uint32_t> wrong_;
    sc_core::sc_event lock_;
    sc_core::sc_event adapt_;
    sc_core::sc_event eye_;
};

}  // namespace luxlane
