#include "platform/validation/module_power.h"

#include "models/photonics/energy.h"

namespace luxlane::validation {

module_power module_power_of(const config::configuration& board) {
    const auto lanes = double(board.link.data_lanes);
    module_power power{};
    power.driver_w = lanes * (board.transmitter.predriver_power_w +
                              photonics::driver_power_w(board.lane, board.transmitter.supply));
    power.receiver_w = lanes * (board.photodiodes.amplifier_power_w + board.receiver.cdr_power_w +
                                board.receiver.slicer_energy_j_per_bit * board.lane.rate_bps);
    power.back_end_w = board.phy.back_end_power_w;
    power.host_cpo_w = board.phy.host_power_cpo_w;
    power.host_pluggable_w = board.phy.host_power_pluggable_w;
    power.controller_w = board.power.controller_idle_w;
    // The host interface has a supply of its own.
    power.converter_w =
        (power.driver_w + power.receiver_w + power.back_end_w + power.controller_w) *
        (1.0 / board.power.converter_efficiency - 1.0);
    return power;
}

}  // namespace luxlane::validation
