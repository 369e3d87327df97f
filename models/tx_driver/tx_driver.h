#pragma once

#include <cstdint>
#include <vector>

#include "models/common/settling_period.h"
#include "models/common/standard_device.h"
#include "models/photonics/energy.h"
#include "models/photonics/lane_parameters.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_frame.h"

namespace luxlane {

struct tx_driver_config {
    unsigned lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two directions of a cable apart in random streams
    /// The nominal lane; this block uses its rate, driver and temperature (parameter_notes).
    photonics::lane_parameters lane = {};
    photonics::lane_spread spread = {};
    photonics::driver_supply supply = {};
    double predriver_power_w = 0.1e-3;         ///< per driving lane; assumption inside M-12c
    double settling_time_s = 500e-9;           ///< from register to light; assumption: bias DACs
    double thermal_resistance_k_per_w = 15.0;  ///< die to ambient; assumption: small heat sink
    double temperature_limit_c = 85.0;         ///< assumption: commercial module case limit
};

/// MicroLED driver array of one transmitter.
/// Modelled: drive currents, pre-emphasis, mismatch, enables, supply power, die temperature.
/// Not modelled: electrical crosstalk between drivers, supply noise.
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
    void apply_settings();
    void rebuild_optics();
    void account_power();
    bool driven(unsigned lane) const;

    const tx_driver_config config_;
    std::vector<double> drive_factor_;  ///< [lane] mismatch of the currents, fixed at manufacture
    state state_;
    settling_period update_;
};

}  // namespace luxlane
