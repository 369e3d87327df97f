#include "platform/validation/module_power.h"

#include "models/pd_array/pd_array.h"
#include "models/photonics/driver.h"
#include "models/photonics/energy.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/serdes_phy/serdes_phy_config.h"
#include "models/tx_driver/tx_driver.h"

namespace luxlane::validation {

module_power module_power_of(const config::configuration& board) {
    const tx_driver_config transmitter;
    const pd_array_config amplifiers;
    const rx_dsp_config equalisers;
    const serdes_phy_config phy;
    const auto lanes = double(board.link.data_lanes);
    const auto drive = photonics::drive_of(board.lane);
    module_power power{};
    power.driver_w = lanes * (transmitter.predriver_power_w +
                              photonics::driver_power_w(transmitter.supply, drive.average_a,
                                                        board.lane.rate_bps));
    power.receiver_w = lanes * (amplifiers.amplifier_power_w + equalisers.cdr_power_w +
                                equalisers.slicer_energy_j_per_bit * board.lane.rate_bps);
    power.back_end_w = phy.back_end_power_w;
    power.host_cpo_w = phy.host_power_cpo_w;
    power.host_pluggable_w = phy.host_power_pluggable_w;
    power.controller_w = board.power.controller_idle_w;
    // The host interface has a supply of its own.
    power.converter_w =
        (power.driver_w + power.receiver_w + power.back_end_w + power.controller_w) *
        (1.0 / board.power.converter_efficiency - 1.0);
    return power;
}

}  // namespace luxlane::validation
