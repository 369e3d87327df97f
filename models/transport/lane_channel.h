#pragma once

#include <span>

#include "models/dsp/baud_channel.h"
#include "models/photonics/lane_response.h"
#include "models/transport/lane_grid.h"

namespace luxlane {

/// True if the lane's light carries bits at all.
inline bool is_lit(const photonics::lane_response& response) {
    return response.one_a > response.zero_a;
}

/// A lit lane's sampled channel, and the lit lanes on the grid whose light falls into it, in the
/// channel's order of neighbours.
struct lane_channel {
    dsp::baud_channel channel;
    lane_grid::neighbour_list neighbours;
};

/// The channel of `lane`, which must be lit; `responses` is [lane].
inline lane_channel make_lane_channel(std::span<const photonics::lane_response> responses,
                                      const lane_grid& grid, unsigned lane) {
    lane_channel made;
    std::array<const photonics::lane_response*, 4> others{};
    for (const unsigned other : grid.neighbours(lane)) {
        if (is_lit(responses[other])) {
            others[made.neighbours.count] = &responses[other];
            made.neighbours.lane[made.neighbours.count++] = other;
        }
    }
    made.channel =
        dsp::make_baud_channel(responses[lane], std::span(others).first(made.neighbours.count));
    return made;
}

}  // namespace luxlane
