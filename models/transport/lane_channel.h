#pragma once

#include <span>

#include "models/dsp/sampled_channel.h"
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
    dsp::sampled_channel channel;
    lane_grid::neighbour_list neighbours;
};

/// The channel of `lane`, which must be lit; `responses` is [lane], `nominal` the parameters that
/// all lanes share.
inline lane_channel make_lane_channel(const photonics::lane_parameters& nominal,
                                      std::span<const photonics::lane_response> responses,
                                      const lane_grid& grid, unsigned lane) {
    lane_channel made;
    std::array<dsp::shining_neighbour, dsp::MAX_NEIGHBOURS> others{};
    const auto around = grid.neighbours(lane);
    for (std::size_t i = 0; i < around.count; ++i) {
        const auto& other = responses[around.lane[i]];
        if (is_lit(other)) {
            others[made.neighbours.count] = {&other,
                                             other.crosstalk[lane_grid::opposite(around.side[i])]};
            made.neighbours.add(around.lane[i], around.side[i]);
        }
    }
    made.channel = dsp::make_sampled_channel(nominal, responses[lane],
                                             std::span(others).first(made.neighbours.count));
    return made;
}

}  // namespace luxlane
