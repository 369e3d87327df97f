#pragma once

#include <catch2/catch.hpp>

#include "models/host_serdes/host_serdes.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"
#include "testbenches/unit/rx_dsp/reset_check.h"

namespace host_serdes_bench {

using namespace luxlane;
using namespace optical_bench;

inline const auto pll_time = seconds(100e-6);
inline const auto lock_time = seconds(10e-6);
inline const auto adapt_time = seconds(5e-3);

/// The interface with a register master, and what firmware does to bring it up.
struct bench {
    host_serdes serdes;
    register_host host{"host", serdes};
    unsigned changes = 0;

    explicit bench(const host_serdes_config& config = {}) : serdes("serdes", config) {
        serdes.on_change = [this](const sc_core::sc_time&) { ++changes; };
    }
    void write_all(const std::string& name, std::uint32_t value) {
        host.write_lane(0xFFFF, name, value);
    }
    void start_plls() {
        host.write("CONTROL", 1);
        host.write("PLL_CONTROL", 0xF);
    }
    void configure() {
        write_all("LANE_TX_TAPS", tuned_taps);
        write_all("LANE_TX_CONTROL", transmit);
        write_all("LANE_RX_CONTROL", receive);
    }
    void bring_up() {
        start_plls();
        configure();
        run(pll_time);
        write_all("LANE_RX_CONTROL", receive | 2);
        run(adapt_time + lock_time);
    }
    std::uint64_t counter(unsigned lane, const std::string& name) {
        host.write("SNAPSHOT", 1);
        return host.read_lane(lane, name + "_LO") |
               std::uint64_t{host.read_lane(lane, name + "_HI")} << 32;
    }

    /// pre2 1, pre1 -6, main 57.
    static constexpr std::uint32_t tuned_taps = 57u << 24 | 0x3Au << 12 | 1u << 6;
    static constexpr std::uint32_t transmit = 800u << 16 | 1u << 3 | 1u;
    static constexpr std::uint32_t receive = 4u << 17 | 1u << 4 | 1u;
};

/// Lanes bad enough for their errors to be counted in little time.
inline host_serdes_config noisy() {
    host_serdes_config config;
    config.trace.signal_to_reflections_db = 20.0;
    return config;
}

}  // namespace host_serdes_bench
