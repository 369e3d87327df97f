#pragma once

#include <cstdint>

#include "models/coding/fec_kind.h"
#include "models/coding/flit_slot.h"
#include "models/coding/gearbox_mode.h"

namespace luxlane::wide_link {

/// Symbols that ten blocks of 257 bits fill exactly.
inline constexpr std::uint32_t ten_blocks = 257;

/// How flits become the symbols of the line.
///
/// Slots of 2056 bits, scrambled, fill the messages of the codewords; a *group* is the smallest run
/// of codewords that holds whole slots. Sets of `interleave` codewords share a stretch of the
/// stream, dealt to them symbol by symbol, and alternate on the line (IEEE Std 802.3 clause 119).
struct payload_format {
    coding::fec_kind fec = coding::fec_kind::kp4;
    unsigned interleave = 2;  ///< 1, 2 or 4
    coding::gearbox_mode gearbox = coding::gearbox_mode::aligned;

    /// Symbols of one codeword that carry slots: whole blocks of 257 bits. RS(272,258) has room for
    /// ten blocks and one symbol more, which is sent as zero.
    std::uint32_t payload_symbols() const { return message_symbols() / ten_blocks * ten_blocks; }
    std::uint32_t message_symbols() const {
        return static_cast<std::uint32_t>(coding::message_symbols_of(fec));
    }
    std::uint32_t codeword_symbols() const {
        return static_cast<std::uint32_t>(coding::codeword_symbols_of(fec));
    }
    std::uint32_t correctable() const {
        return static_cast<std::uint32_t>(coding::correctable_of(fec));
    }
    std::uint32_t codewords() const {
        const std::uint32_t least = fec == coding::fec_kind::rs272 ? 4 : 2;
        return interleave > least ? interleave : least;
    }
    std::uint32_t slots() const {
        return codewords() * payload_symbols() * 10 / static_cast<std::uint32_t>(coding::slot_bits);
    }
    /// Symbols of a group on the line.
    std::uint32_t symbols() const { return codewords() * codeword_symbols(); }
    /// Bits of a group's slots.
    std::uint32_t slot_bits() const {
        return slots() * static_cast<std::uint32_t>(coding::slot_bits);
    }

    /// The flits' part of what a full line sends, without the lane frames' overhead.
    double flit_share() const {
        return 8.0 * static_cast<double>(coding::flit_bytes) * slots() / (10.0 * symbols());
    }

    friend bool operator==(const payload_format&, const payload_format&) = default;
};

/// Most dead lanes of `data_lanes` that the FEC always corrects, whatever they show, on lanes
/// without other errors: t over the most symbols of one codeword that one lane touches.
std::uint32_t bridged_lanes(const payload_format& format, std::uint32_t data_lanes);

}  // namespace luxlane::wide_link
