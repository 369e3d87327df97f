#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace luxlane::dsp {

/// Skew in unit intervals.
constexpr double skew_ui(double skew_s, double rate_bps) { return skew_s * rate_bps; }

/// Words that a lane's elastic FIFO must hold to absorb `skew_s` >= 0: the skew, and one word on
/// either side for the crossing of clock domains.
inline std::uint32_t fifo_depth(double skew_s, double rate_bps) {
    return static_cast<std::uint32_t>(std::ceil(skew_ui(skew_s, rate_bps))) + 2;
}

/// Whole unit intervals that a lane waits for the slowest one; the fraction is the sampling
/// phase's business.
inline std::uint32_t deskew_delay_ui(double lane_delay_s, double slowest_delay_s, double rate_bps) {
    return static_cast<std::uint32_t>(
        std::lround(skew_ui(slowest_delay_s - lane_delay_s, rate_bps)));
}

/// Position in packed `bits` (bit k % 64 of word k / 64) at which the training word `pattern`,
/// `length` bits with the first in bit 0, starts with the fewest wrong bits, the first such place;
/// nothing if none has at most `allowed_errors`. A length outside 1 .. 64 or errors in half the
/// pattern: std::out_of_range.
std::optional<std::size_t> find_training_word(std::span<const std::uint64_t> bits,
                                              std::uint64_t pattern, unsigned length,
                                              unsigned allowed_errors);

/// Whole symbols that each of [lane] bit streams, which carry the training word once, must wait so
/// that all words stand in line: what `deskew_delay_ui` knows from delays, found in the data.
/// Nothing while a lane's word is not seen. Errors as above.
std::optional<std::vector<std::uint32_t>> word_alignment(
    std::span<const std::span<const std::uint64_t>> lanes, std::uint64_t pattern, unsigned length,
    unsigned allowed_errors);

}  // namespace luxlane::dsp
