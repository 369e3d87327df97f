#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/serdes_phy/payload_codec.h"
#include "models/serdes_phy/payload_plan.h"

namespace luxlane::wide_link {

/// Groups of a deferred block as they were sent, coded as far as somebody asks.
class reference_groups {
public:
    explicit reference_groups(const payload_format& format);

    /// Begins a block; `plan` must outlive the calls that follow.
    void begin(const payload_plan& plan);
    /// Symbols of a group in wire order; groups must be asked for in ascending order.
    std::span<std::uint16_t> symbols(std::uint32_t group, payload_codec& codec);
    /// The scrambler's state before the group asked for last, and behind it.
    std::uint64_t state_before() const { return before_; }
    std::uint64_t state_behind() const { return scrambler_.state(); }

private:
    std::optional<slot_cursor> slots_;
    coding::scrambler scrambler_;
    std::uint64_t before_ = 0;
    std::uint32_t next_ = 0;
    std::vector<std::uint64_t> stream_;
    std::vector<std::uint16_t> symbols_;
};

}  // namespace luxlane::wide_link
