#pragma once

#include <cstdint>

#include "models/coding/control_ordered_set.h"

namespace luxlane::wide_link {

/// Link-layer retry of one port, both directions. Names follow the attributes of SAI's port LLR
/// profile (SAI 1.18, "Link Layer Retry"), frames being flits here. Times in seconds, all > 0.
struct retry_settings {
    bool enable = true;
    /// Flits that may wait for their acknowledgement, 1..2^19 - 1 (OUTSTANDING_FRAMES_MAX): rate x
    /// (round trip + acknowledge spacing), and more for as long as an outage may last at full rate.
    std::uint32_t replay_buffer_flits = 8192;
    /// Flits received between two acknowledgements while the slots are busy (CTLOS_TARGET_SPACING):
    /// a control ordered set takes a slot, so 64 flits, 16384 bytes, cost 1.5 % of the rate. Ultra
    /// Ethernet allows 400..17296 bytes.
    std::uint32_t acknowledge_spacing_flits = 64;
    /// A flit is acknowledged after this time even if few others follow it.
    double acknowledge_delay_s = 1e-6;
    /// The replay timer: everything unacknowledged is sent again when no progress was heard for
    /// this long, which must cover the round trip and the far end's acknowledge delay.
    double acknowledge_timeout_s = 20e-6;
    /// Replays in a row without progress, beyond which the transmitter gives up. SAI's default of 1
    /// is for links where a second loss means a broken cable; here a burst may outlast a replay.
    std::uint32_t replay_count_max = 255;
    double pcs_lost_timeout_s = 20e-3;
    double data_age_timeout_s = 50e-3;  ///< since the flit was taken from the accelerator
    double init_timeout_s = 5e-6;       ///< between repetitions of INIT
    bool reinitialise_on_flush = true;  ///< RE_INIT_ON_FLUSH: no management needed after a flush
};

/// Longest replay buffer: half the numbers, so that old and new ones can be told apart.
inline constexpr std::uint32_t replay_buffer_flits_max = (1u << 19) - 1;

/// std::invalid_argument naming the field that is out of range.
void check(const retry_settings& settings);

/// init_data as this link uses it: who begins, and which of his attempts this is.
struct handshake_data {
    /// The attempt of a transmitter that was just switched on: its numbers begin here, whatever
    /// was heard under the same ones before.
    static constexpr std::uint8_t first_attempt = 1;

    std::uint8_t incarnation = 0;  ///< changes with each reset of the port that sends INIT
    std::uint8_t attempt = 0;      ///< changes with each handshake, so that old echoes are known

    void next_attempt() {
        attempt = static_cast<std::uint8_t>(attempt == 255 ? first_attempt + 1 : attempt + 1);
    }
    std::uint16_t pack() const { return static_cast<std::uint16_t>(incarnation << 8 | attempt); }
    static handshake_data unpack(std::uint16_t data) {
        return {static_cast<std::uint8_t>(data >> 8), static_cast<std::uint8_t>(data)};
    }
};

/// How far `to` is ahead of `from` among the 20-bit numbers, -2^19..2^19 - 1.
constexpr std::int32_t number_distance(std::uint32_t from, std::uint32_t to) {
    constexpr unsigned spare = 32 - coding::retry_number_bits;
    return static_cast<std::int32_t>((to - from) << spare) >> spare;
}

}  // namespace luxlane::wide_link
