#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace luxlane::wide_link {

/// What the receiver's FEC and the PCS behind it have counted; one snapshot of all is consistent.
struct fec_counters {
    explicit fec_counters(std::uint32_t physical_lanes)
        : lane_symbols(physical_lanes),
          lane_symbol_errors(physical_lanes),
          window_errors(physical_lanes) {}

    std::uint64_t codewords = 0;
    std::uint64_t corrected_codewords = 0;
    std::uint64_t uncorrectable_codewords = 0;
    std::uint64_t corrected_symbols = 0;
    std::uint64_t corrected_bits = 0;
    std::uint64_t flits = 0;          ///< good ones; what becomes of them is not the FEC's
    std::uint64_t flits_lost = 0;     ///< flit slots lost; whether all held flits cannot be known
    std::uint64_t marked_slots = 0;   ///< of these: an uncorrectable codeword touched them
    std::uint64_t invalid_slots = 0;  ///< of these: blocks of no kind that a sender makes
    std::uint64_t crc_failures = 0;   ///< of these: flits with a wrong CRC
    std::uint64_t ordered_sets = 0;   ///< received in idle slots
    std::array<std::uint64_t, 16> histogram{};      ///< [n]: codewords with n corrected symbols
    std::vector<std::uint64_t> lane_symbols;        ///< [physical] symbols checked
    std::vector<std::uint64_t> lane_symbol_errors;  ///< [physical] symbols corrected
    std::vector<std::uint32_t> window_errors;       ///< [physical] the same, in the degrade window
};

}  // namespace luxlane::wide_link
