#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/photonics/array_geometry.h"
#include "models/photonics/lane_parameters.h"

namespace luxlane::link {

/// A whole array under one alignment.
struct array_question {
    photonics::lane_parameters nominal;
    std::size_t lanes = 460;
    photonics::array_alignment alignment = {};
    /// With it, each lane is the individual that a board of this seed draws; without, all are the
    /// nominal one and differ by geometry alone.
    std::optional<std::uint64_t> seed = {};
    photonics::lane_spread spread = {};
};

/// One lane of the array. Lanes that are dead at birth have no light and a BER of 1/2.
struct mapped_lane {
    photonics::lane_landing landing;
    double received_w;  ///< average, on its photodiode
    double crosstalk;   ///< photocurrent from all neighbours over the lane's own
    double ber;         ///< statistical, neighbours lit, receiver trained on this lane
};

struct array_map {
    std::size_t columns;
    std::vector<mapped_lane> lanes;  ///< [lane], row by row from the top

    double median_ber() const;
    double worst_ber() const;
    /// Lanes whose BER is above `limit`.
    std::size_t beyond(double limit) const;
};

/// Characterises every lane. std::out_of_range as photonics::check of lanes and geometry.
array_map map_array(const array_question& asked);

}  // namespace luxlane::link
