#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/coding/flit.h"
#include "models/coding/rs_fec.h"
#include "models/serdes_phy/line_geometry.h"

namespace luxlane::wide_link {

/// What the decoder did to one of a pair's codewords.
struct codeword_outcome {
    coding::decode_status status = coding::decode_status::clean;
    std::uint32_t symbols = 0;  ///< corrected
    std::uint32_t bits = 0;     ///< corrected
    /// Places of the corrected symbols in the pair's stream; the first `symbols` are valid.
    std::array<std::uint16_t, 15> places{};
};

/// A received pair: five flit slots and what became of its two codewords. A slot that an
/// uncorrectable codeword touches is `bad`, whatever it seems to hold.
struct pair_outcome {
    coding::received_pair slots;
    std::array<codeword_outcome, 2> codewords;
};

/// Encodes pairs of RS(544,514) codewords: `slots` has five entries a pair, in order, null for an
/// empty slot; `stream` takes 1088 symbols a pair, those of the two codewords alternating.
void encode_pairs(std::span<const coding::flit* const> slots, std::span<std::uint16_t> stream);

/// Decodes the 1088 symbols of one pair.
void decode_pair(std::span<const std::uint16_t> stream, pair_outcome& out);

}  // namespace luxlane::wide_link
