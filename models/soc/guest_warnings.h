#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <systemc>
#include <utility>

#include "models/common/register_bank.h"

namespace luxlane::soc {

/// Warnings about guests' wrong accesses, for blocks without a register bank: each is logged once
/// per kind and program counter, and counted from then on.
class guest_warnings {
public:
    explicit guest_warnings(const sc_core::sc_object& owner) : owner_(owner) {}

    /// `kind` tells the block's warnings apart; `offset` is the accessing initiator's local time
    /// offset. A debug access warns about nothing.
    void warn(int kind, const access_context& context, const sc_core::sc_time& offset,
              const std::string& text);

    std::uint64_t count() const { return count_; }

private:
    const sc_core::sc_object& owner_;
    std::set<std::pair<int, std::uint64_t>> given_;
    std::uint64_t count_ = 0;
};

}  // namespace luxlane::soc
