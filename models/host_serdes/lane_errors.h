#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/common/random.h"
#include "models/host_serdes/lane_receiver.h"
#include "models/host_serdes/line_code.h"

namespace luxlane::host {

/// A symbol that was decoded wrongly, and which of its bits that costs (bit 0: the first).
struct symbol_error {
    std::uint64_t symbol;
    std::uint8_t bits;
};

/// The errors of one lane, drawn from its law: bursts at geometric gaps and of geometric length,
/// block by block of `BLOCK` symbols from a stream that only seed, lane and block select. So a
/// symbol's fate does not depend on how the stream is asked for.
///
/// A wrong symbol lies one level off. Without precoding each symbol of a burst is wrong; with it
/// the alternating signs of a burst cancel and only its first symbol and the one after its last
/// are. Not modelled: bursts longer than what their block has left.
class lane_errors {
public:
    static constexpr std::uint64_t BLOCK = 1 << 15;

    lane_errors(const error_law& law, const line_code& code, const stream_key& stream);

    /// Appends the wrong symbols of [first, first + count), ascending.
    void draw(std::uint64_t first, std::uint64_t count, std::vector<symbol_error>& to);

private:
    void draw_block(std::uint64_t block);
    std::uint8_t wrong_bits(double u) const;

    line_code code_;
    stream_key stream_;
    double per_log_start_ = 0.0, per_log_end_ = 0.0;  ///< 1 / ln(1 - p) of the geometric draws
    double clean_below_ = 1.0;  ///< a first draw below it leaves the block without bursts
    std::optional<std::uint64_t> drawn_;
    std::vector<symbol_error> block_;  ///< of block `drawn_`
};

}  // namespace luxlane::host
