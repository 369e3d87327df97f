#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/common/random.h"
#include "models/transport/lane_frame.h"

namespace luxlane {

/// The statistical fidelity's errors of one lane: which line bits its slicer takes for the other.
///
/// A scrambled bit is a fair coin, so one ratio says how often it arrives wrong, whatever it is.
/// Positions are drawn as geometric gaps, block by block of `BLOCK` line bits, from a stream that
/// only seed, lane and block select. So a line bit's fate depends neither on how the stream was cut
/// into frames nor on whether its neighbours or its own bits were simulated.
class bit_error_source {
public:
    static constexpr std::uint64_t BLOCK = std::uint64_t{1} << 16;

    /// `error_ratio` 0 .. 0.5; `positions` is a stream of the lane's own.
    bit_error_source(double error_ratio, const stream_key& positions);

    /// Adds the places of `frame`'s bits that arrive wrong, ascending. Cheap where it goes on from
    /// the frame before.
    void draw(const lane_frame& frame, std::vector<std::uint32_t>& wrong);

    /// Line bits known to arrive right: `first` up to, not including, `last`.
    struct clean_stretch {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };
    /// What the last draw left behind its frame.
    const clean_stretch& known_clean() const { return clean_; }

private:
    void begin_block(std::uint64_t first);
    void find_error(std::uint64_t from, double draw);

    stream_key positions_{};
    double per_log_ = 0.0;         ///< 1 / ln(1 - p): gap = floor(ln(u) * per_log_)
    double clean_below_ = 1.0;     ///< a first draw below it leaves the block without errors
    std::uint64_t next_draw_ = 0;  ///< position in the stream
    std::uint64_t block_end_;      ///< of the block that the draws belong to
    clean_stretch clean_;          ///< ends at the next error, or where its block does
    bool error_ahead_ = false;     ///< whether `clean_.last` is an error
};

/// Fills the block with what a slicer without a signal decides: fair coins of the stream, keyed by
/// line bit.
void fill_with_noise(const lane_frame& frame, const stream_key& coins,
                     std::span<std::uint64_t> bits);

}  // namespace luxlane
