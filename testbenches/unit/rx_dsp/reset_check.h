#pragma once

#include <catch2/catch.hpp>

#include "testbenches/unit/rx_dsp/optical_bench.h"

namespace optical_bench {

/// Checks that every register reads as the map documents it after a reset.
inline void check_reset_values(register_host& host) {
    for (const auto& reg : host.target().bank().map().registers) {
        if (reg.access == luxlane::register_access::write_only) {
            continue;
        }
        for (std::uint32_t element = 0; element < reg.count; ++element) {
            const std::string index =
                reg.count > 1 ? "[" + std::to_string(element) + "]" : std::string();
            INFO(reg.name << index);
            CHECK(host.read(reg.name + index) == reg.reset);
        }
    }
}

}  // namespace optical_bench
