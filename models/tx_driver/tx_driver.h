#pragma once

#include <cstdint>
#include <vector>

#include "models/common/settling_period.h"
#include "models/common/standard_device.h"
#include "models/transport/carried_lanes.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_frame.h"
#include "models/tx_driver/tx_driver_config.h"

namespace luxlane {

/// MicroLED driver array of one transmitter.
/// Modelled: bias and modulation current by DACs with resolution and mismatch, the post tap of the
/// transmit equaliser (the others are fixed, lane parameters), enables, supply power with clipping
/// and activity, die temperature and its alarm.
/// Not modelled: offset of the DACs, settling within `settling_time_s`, heat capacity of the die,
/// light that follows its temperature, electrical crosstalk between drivers, supply noise.
/// Timing: a frame passes without delay. New settings drive the lanes `settling_time_s` after the
/// first register write that changed them, and an empty frame then tells the stages behind.
class tx_driver : public standard_device {
public:
    payload_target_socket<lane_protocol> in;      ///< line bits from the PHY
    payload_initiator_socket<lane_protocol> out;  ///< the same bits, with the drive of each lane

    tx_driver(const sc_core::sc_module_name& name, const tx_driver_config& config);

    std::vector<energy_part> energy() const override;

    /// Supply power of drivers and MicroLEDs now, W.
    double power_w() const;
    /// Die temperature now, degrees Celsius.
    double temperature_c() const;

protected:
    void on_reset() override;
    void on_control(const register_write& write) override;

private:
    /// What the guest programmed for one lane, in register units.
    struct lane_settings {
        bool enabled = false;
        std::uint16_t on_ua = 0;
        std::uint16_t off_ua = 0;
        std::uint8_t post_64 = 0;
    };
    /// Mutable state beside the registers.
    struct state {
        std::vector<lane_settings> programmed;
        std::shared_ptr<const lane_frame::optics_table> optics;
        /// [lane]: 1 once a frame was carried while driven. Between simulated blocks the line
        /// carries scrambled idle, so such a lane keeps switching.
        std::vector<std::uint8_t> switching;
        double rate_bps = 0.0;
        bool hot = false;
        std::uint64_t frames = 0;
        std::uint64_t bits = 0;
        double lanes_w = 0.0;   ///< power since `counted_to`
        double energy_j = 0.0;  ///< up to `counted_to`
        sc_core::sc_time counted_to;
    };

    void map_registers();
    void drive(lane_frame& frame, sc_core::sc_time& delay);
    void start_switching(const std::vector<std::uint8_t>& carried);
    void apply_settings();
    void rebuild_optics();
    void account_power();
    void watch_temperature();
    bool driven(unsigned lane) const;

    const tx_driver_config config_;
    std::vector<photonics::drive_dac> dacs_;  ///< [lane] of bias and modulation, as manufactured
    state state_;
    carried_lanes carried_;  ///< of the last frame since `state_.optics` was made
    settling_period update_;
};

}  // namespace luxlane
