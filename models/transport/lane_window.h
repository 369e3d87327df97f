#pragma once

#include <utility>

#include "models/common/register_bank.h"

namespace luxlane {

/// The indexed window of a per-lane device: LANE_SELECT chooses the lane that the LANE_ registers
/// show. An access while it names no lane reads 0, writes nothing and sets ERROR_CODE; writing
/// LANE_SELECT clears ERROR_CODE. Only installs hooks: it need not outlive the constructor.
template <class Reg, class Error>
class lane_window {
public:
    /// Value of LANE_SELECT that means all lanes; for writes only.
    static constexpr std::uint64_t all_lanes = 0xFFFF;

    lane_window(register_bank& bank, unsigned lanes, Reg select, register_field<Error> error,
                Error bad_lane)
        : bank_(bank), lanes_(lanes), select_(select), error_(error), bad_lane_(bad_lane) {
        bank.on_write(select, [&bank, error](const register_write&) { bank.set(error, Error{}); });
    }

    /// `read(lane)` gives the register's raw value from the device's state.
    template <class Read>
    void on_read(Reg reg, Read read) const {
        bank_.on_read(reg, [self = *this, read](std::uint32_t, std::uint64_t) -> std::uint64_t {
            const auto lane = self.selected();
            return lane < self.lanes_ ? static_cast<std::uint64_t>(read(unsigned(lane))) : 0;
        });
        bank_.on_read_effect(reg, [self = *this](std::uint32_t) {
            if (self.selected() >= self.lanes_) {
                self.bank_.set(self.error_, self.bad_lane_);
            }
        });
    }

    /// `write(lane, written)` runs for every selected lane.
    template <class Write>
    void on_write(Reg reg, Write write) const {
        bank_.on_write(reg, [self = *this, write](const register_write& access) {
            const auto lane = self.selected();
            if (lane == all_lanes) {
                for (unsigned each = 0; each < self.lanes_; ++each) {
                    write(each, access.written);
                }
            } else if (lane < self.lanes_) {
                write(unsigned(lane), access.written);
            } else {
                self.bank_.set(self.error_, self.bad_lane_);
            }
        });
    }

private:
    std::uint64_t selected() const { return bank_.value(select_); }

    register_bank& bank_;
    unsigned lanes_;
    Reg select_;
    register_field<Error> error_;
    Error bad_lane_;
};

/// Word `word` of a lane bitmap: bit b is `flag(32 * word + b)`, 0 beyond `lanes`.
template <class Flag>
std::uint64_t lane_bitmap_word(std::uint32_t word, unsigned lanes, Flag flag) {
    std::uint64_t bits = 0;
    for (unsigned bit = 0; bit < 32 && 32 * word + bit < lanes; ++bit) {
        bits |= std::uint64_t{flag(32 * word + bit) ? 1u : 0u} << bit;
    }
    return bits;
}

}  // namespace luxlane
