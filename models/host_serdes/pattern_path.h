#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/coding/prbs.h"
#include "models/host_serdes/lane_errors.h"

namespace luxlane::host {

/// A pattern generator or checker.
struct pattern_end {
    coding::prbs_kind kind = coding::prbs_kind::prbs31;
    bool inverted = false;
    bool operator==(const pattern_end&) const = default;
};

/// One lane on the way of a pattern: its two line codes and, unless it does not pass the pins, the
/// lane whose errors it meets.
struct pattern_hop {
    line_code sent, received;
    std::optional<unsigned> lane;
    bool operator==(const pattern_hop&) const = default;
};

/// The way from a generator to a checker; without hops there is none.
struct pattern_path {
    pattern_end generator, checker;
    std::vector<pattern_hop> hops;
    unsigned source = 0;  ///< lane of the generator
    bool operator==(const pattern_path&) const = default;
};

/// Sends LOCK_SYMBOLS symbols from `first` on through line codes and symbol errors to a real
/// checker. Returns after how many it was locked, if it was. `errors_of` gives a lane's errors.
inline constexpr std::uint64_t LOCK_SYMBOLS = 4096;
std::optional<std::uint64_t> lock_symbols(const pattern_path& path,
                                          const std::function<lane_errors&(unsigned)>& errors_of,
                                          std::uint64_t first);

}  // namespace luxlane::host
