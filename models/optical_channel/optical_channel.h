#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "models/common/standard_device.h"
#include "models/optical_channel/optical_channel_config.h"
#include "models/photonics/ageing.h"
#include "models/photonics/lane_parameters.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_frame.h"

namespace luxlane {

/// MicroLED array, lens and fibre bundle of one direction, with the cable's identification.
/// Modelled: emitters, coupling and its spread, alignment of the whole array, loss, dispersion,
/// skew, crosstalk of lanes that are neighbours on the grid, lanes dead at birth, age at the start,
/// faults. Not modelled: ageing during a run, clustered defects. Timing: a block leaves whole, one
/// time of flight after its last bit came in. A lane's own skew is in its parameters only.
class optical_channel : public standard_device {
public:
    /// Takes a frame's contents: the sender is left with a used buffer of unspecified contents.
    payload_target_socket<lane_protocol> in;
    payload_initiator_socket<lane_protocol> out;

    /// std::out_of_range for a geometry of the array that cannot be (`photonics::check`).
    optical_channel(const sc_core::sc_module_name& name, const optical_channel_config& config);

    /// Faults, from now on. Lanes are physical ones; std::out_of_range if there is no such lane.
    void kill_lane(unsigned lane);
    void set_lane_extra_loss_db(unsigned lane, double loss_db);
    /// No light passes an unplugged cable; frames pass dark. The identification stays readable.
    void unplug();
    void plug();

    /// Faults to come, at `from` or `at` (std::out_of_range if that is past) of the light that
    /// enters the fibre then; they add up where they overlap, and a reset leaves them.
    ///
    /// All lanes are dark for `duration`.
    void loss_of_signal(const sc_core::sc_time& from, const sc_core::sc_time& duration);
    /// `lanes` lose `extra_loss_db` for `duration`.
    void burst(const sc_core::sc_time& from, const sc_core::sc_time& duration,
               std::span<const unsigned> lanes, double extra_loss_db);
    /// The lane's light comes later by `step_s` (earlier if negative) from then on.
    void skew_step(const sc_core::sc_time& at, unsigned lane, double step_s);

    /// Lanes whose emitter does not work, in ascending order: by the yield, or by a fault too.
    std::vector<unsigned> dead_at_birth() const;
    std::vector<unsigned> dead_lanes() const;

    /// Time of flight through the fibre, without the lanes' skew.
    sc_core::sc_time flight_time() const { return flight_time_; }
    /// Delay of a lane over the nominal one, s.
    double skew_s(unsigned lane) const {
        return individual_[lane].skew_s + state_.requested.skew_s[lane];
    }

protected:
    void on_reset() override;

private:
    /// What manufacture and alignment made of one lane.
    struct individuality {
        photonics::lane_parameters placed;  ///< the nominal lane where its spot falls
        photonics::ageing_state aged;
        double excess_loss_db;
        double skew_s;
        bool alive;
    };
    /// Faults of the cable.
    struct conditions {
        std::vector<std::uint8_t> killed;   ///< [lane]
        std::vector<double> extra_loss_db;  ///< [lane]
        /// [lane], of the bursts that last; whole microdecibels, so that nothing stays of a burst.
        std::vector<std::int64_t> burst_loss_udb;
        std::vector<double> skew_s;     ///< [lane], of the steps so far
        unsigned losses_of_signal = 0;  ///< that last
        bool present = true;
    };
    using change_of_conditions = std::function<void(conditions&)>;
    struct flight {
        lane_frame frame;
        sc_core::sc_time arrival;
    };
    /// Mutable state beside the registers.
    struct state {
        std::deque<flight> flights;  ///< in order of arrival
        conditions requested;
        /// What light meets: the requests of earlier delta cycles, so that the order of a fault and
        /// a frame in one delta cycle does not matter.
        conditions effective;
        std::uint64_t frames = 0;
        std::shared_ptr<const lane_frame::optics_table> driven;     ///< newest from the driver
        std::shared_ptr<const lane_frame::optics_table> carried;    ///< the same behind the fibre
        std::shared_ptr<const lane_frame::optics_table> delivered;  ///< newest that arrived
        std::uint64_t version = 0;
    };

    void map_registers();
    void launch(lane_frame& frame);
    void deliver();
    void conditions_changed();
    void plan(const sc_core::sc_time& at, change_of_conditions change);
    void meet_plans();
    void send_conditions();
    void set_present(bool present);
    void check_lane(unsigned lane) const;
    void rebuild_optics();
    photonics::lane_parameters through_fibre(unsigned lane,
                                             const photonics::lane_parameters& driven) const;

    const optical_channel_config config_;
    const sc_core::sc_time flight_time_;
    std::vector<individuality> individual_;  ///< [lane]
    state state_;
    std::vector<lane_frame> used_frames_;  ///< buffers to exchange for the senders'
    std::multimap<sc_core::sc_time, change_of_conditions> plans_;
    sc_core::sc_event arrival_;
    sc_core::sc_event changed_;
    sc_core::sc_event planned_;
};

}  // namespace luxlane
