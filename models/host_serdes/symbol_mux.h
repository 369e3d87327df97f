#pragma once

#include <cstdint>

namespace luxlane::host {

/// Where a bit of a lane stands in the coded stream. Four PCS lanes of ten-bit FEC symbols are bit
/// multiplexed on each electrical lane (IEEE Std 802.3 clause 120): in a chunk of four symbols for
/// each of the lanes, bit j of symbol 4 a + m is sent at time 4 j + m on lane a.
class symbol_mux {
public:
    static constexpr std::uint64_t SYMBOL_BITS = 10;
    static constexpr std::uint64_t PCS_LANES = 4;  ///< on each electrical lane
    static constexpr std::uint64_t LANE_CHUNK = SYMBOL_BITS * PCS_LANES;  ///< bits of one lane

    explicit symbol_mux(unsigned lanes) : lanes_(lanes) {}

    std::uint64_t chunk_bits() const { return LANE_CHUNK * lanes_; }

    /// Place in the coded stream of bit `lane_bit` of `lane`.
    std::uint64_t stream_bit(unsigned lane, std::uint64_t lane_bit) const {
        const std::uint64_t time = lane_bit % LANE_CHUNK;
        const std::uint64_t symbol = PCS_LANES * lane + time % PCS_LANES;
        return lane_bit / LANE_CHUNK * chunk_bits() + symbol * SYMBOL_BITS + time / PCS_LANES;
    }

private:
    std::uint64_t lanes_;
};

}  // namespace luxlane::host
