#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/stripe.h"
#include "models/serdes_phy/fec_counters.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/payload_plan.h"

namespace luxlane::wide_link {

/// Which physical lane carries each logical lane of a received block, superframe by superframe.
class received_lanes {
public:
    /// Looks the lanes of a block up, in `map` at the far end's superframe count.
    void look_up(const block_shape& shape, const lane_map& map, const line_receiver& lanes);

    std::uint64_t first_superframe() const { return first_superframe_; }
    std::size_t superframes() const { return tables_.size(); }
    /// [logical]: the physical lane that carries row `row`, or none.
    std::span<const std::uint16_t> at(std::uint64_t row) const {
        return tables_[row / coding::lane_frame::rows_per_superframe - first_superframe_];
    }
    /// [logical], of superframe `index` of the block.
    std::span<const std::uint16_t> of(std::size_t index) const { return tables_[index]; }

    /// Counts wire symbols [begin, end) as checked, each on the lane that carries it, in blind mode
    /// its first bit.
    void count_symbols(const coding::striping& striping, std::uint64_t begin, std::uint64_t end,
                       fec_counters& counters) const;

private:
    std::uint64_t first_superframe_ = 0;
    std::vector<std::vector<std::uint16_t>> tables_;
};

}  // namespace luxlane::wide_link
