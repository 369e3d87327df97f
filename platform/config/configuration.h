#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/accelerator_config.h"
#include "models/host_serdes/host_serdes_config.h"
#include "models/optical_channel/optical_channel_config.h"
#include "models/pd_array/pd_array_config.h"
#include "models/photonics/lane_parameters.h"
#include "models/rx_dsp/rx_dsp_config.h"
#include "models/serdes_phy/payload_format.h"
#include "models/serdes_phy/serdes_phy_config.h"
#include "models/tx_driver/tx_driver_config.h"
#include "platform/config/fault.h"
#include "platform/config/fidelity_change.h"

namespace luxlane::config {

struct simulation_settings {
    std::uint64_t seed = 1;
    std::string fidelity = "statistical";
    double maximum_time_s = 100e-3;
};

struct link_settings {
    std::uint64_t data_lanes = 400;
    std::uint64_t spare_lanes = 60;
    double lane_rate_bps = 2.125e9;  ///< coded payload of one lane, without its overhead words
    double target_power_w = 0.0;     ///< 0: what the nominal lane receives
    std::uint64_t degrade_limit = 64;
    std::string host_interface = "direct";
};

struct node_settings {
    double clock_hz = 500e6;
    std::uint64_t quantum_instructions = 10000;
    double ambient_c = 35.0;
};

struct collective_settings {
    std::string workload = "resnet50";  ///< built in, or a CSV file
    bool enabled = true;
};

/// Power of what is neither optics nor PHY.
struct module_power_settings {
    double controller_idle_w = 0.70;
    double energy_per_instruction_j = 60e-12;
    double converter_efficiency = 0.80;
};

/// Everything that decides a run. One cable joins two boards that are built alike.
struct configuration {
    simulation_settings simulation;
    link_settings link;
    photonics::lane_parameters lane;
    photonics::lane_spread spread;
    tx_driver_settings transmitter;
    optical_channel_settings cable;  ///< of both directions
    pd_array_settings photodiodes;
    rx_dsp_settings receiver;
    serdes_phy_settings phy;
    host_serdes_settings host;  ///< of a board with has_host_lanes()
    accelerator_settings accelerator;
    node_settings node;
    module_power_settings power;
    collective_settings collective;
    std::string firmware;  ///< ELF file; empty for the image that was built with the program
    std::vector<fault> faults;
    std::vector<fidelity_change> fidelity_changes;

    std::uint64_t physical_lanes() const { return link.data_lanes + link.spare_lanes; }
    /// Electrical lanes stand between accelerator and PHY.
    bool has_host_lanes() const { return link.host_interface != "direct"; }
    /// Of one of them, which together carry what the line does.
    double host_lane_rate_bps() const {
        return double(link.data_lanes) * link.lane_rate_bps / double(host.lanes);
    }
    /// Bits on each lane's line per second: the payload plus one overhead word in 128.
    double line_rate_bps() const { return link.lane_rate_bps * 128.0 / 127.0; }
    /// What the line can carry of flits: coded rate without parity and block headers.
    double line_payload_bps() const {
        return double(link.data_lanes) * link.lane_rate_bps * payload_format().flit_share();
    }
    wide_link::payload_format payload_format() const {
        return {phy.fec, phy.interleave, phy.gearbox};
    }
};

}  // namespace luxlane::config
