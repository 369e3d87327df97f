#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/coding/lane_frame_format.h"
#include "models/coding/stripe.h"
#include "models/serdes_phy/fec_counters.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_geometry.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/payload_codec.h"
#include "models/serdes_phy/scrambled_copy.h"

namespace luxlane::wide_link {

/// Payload blocks back to flits: finds each logical lane's bits on its physical lane, descrambles,
/// gathers the codewords, decodes and counts. A logical lane without a usable physical one gives
/// the bare key stream, that is garbage, and is left to the FEC. Pure.
class payload_receiver {
public:
    explicit payload_receiver(const line_geometry& geometry);

    /// Takes a payload block. Which lane carries a logical lane is decided lane frame by lane
    /// frame, by `map` at the far end's superframe count. `each_pair(pair, outcome)` is called in
    /// order.
    void receive(const line_view& block, line_receiver& lanes, const lane_map& map,
                 fec_counters& counters,
                 const std::function<void(std::uint64_t, const pair_outcome&)>& each_pair);

private:
    /// Rows [begin, end), all of one lane frame.
    struct stretch {
        std::uint64_t begin;
        std::uint64_t end;
        std::size_t place;  ///< of the first row in the block, in bits
    };

    void take_stretch(const line_view& block, line_receiver& lanes, const stretch& rows);
    std::optional<bit_run> line_of(const line_view& block, const line_receiver& lanes,
                                   std::uint32_t physical, const stretch& rows);
    void decode(std::uint64_t pair, fec_counters& counters);
    void count_symbols(const line_view& block, fec_counters& counters);
    std::size_t superframe_index(std::uint64_t row) const;

    const line_geometry geometry_;
    const coding::striping striping_;
    const coding::lane_frame::lane_scrambler scrambler_;
    std::uint64_t first_row_ = 0;                     ///< of the block at hand
    std::size_t words_ = 0;                           ///< a logical lane's
    std::vector<std::uint64_t> logical_bits_;         ///< [logical][words_]
    std::vector<std::uint16_t> symbols_;              ///< whole rows
    std::vector<std::vector<std::uint16_t>> tables_;  ///< [superframe of the block][logical]
    std::vector<std::uint64_t> whole_rows_;           ///< [superframe of the block]
    std::vector<std::uint8_t> read_;                  ///< [physical] lane was read in the stretch
    std::vector<std::uint64_t> displaced_;            ///< bits of a lane whose skew has changed
    pair_outcome outcome_;
};

}  // namespace luxlane::wide_link
