#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/coding/test_pattern.h"
#include "models/host_serdes/lane_errors.h"

namespace luxlane::host {

/// One lane on the way of a pattern: its two line codes and, unless it does not pass the pins, the
/// lane whose errors it meets.
struct pattern_hop {
    line_code sent, received;
    std::optional<unsigned> lane;
    bool operator==(const pattern_hop&) const = default;
};

/// The way from a generator to a checker; without hops there is none.
struct pattern_path {
    coding::test_pattern generator, checker;
    std::vector<pattern_hop> hops;
    unsigned source = 0;  ///< lane of the generator
    bool operator==(const pattern_path&) const = default;
};

inline constexpr std::uint64_t LOCK_SYMBOLS = 4096;

/// Sends LOCK_SYMBOLS symbols from `first` on through line codes and symbol errors to a real
/// checker. Returns after how many it was locked, if it was. `errors_of` gives a lane's errors.
std::optional<std::uint64_t> lock_symbols(const pattern_path& path,
                                          const std::function<lane_errors&(unsigned)>& errors_of,
                                          std::uint64_t first);

}  // namespace luxlane::host
