#pragma once

#include "models/transport/lane_frame.h"

namespace luxlane {

/// A frame that carries no bits: a stage sends it when its analogue settings changed, so that the
/// monitors behind it follow while no data flows.
inline lane_frame optics_update_frame(std::shared_ptr<const lane_frame::optics_table> optics,
                                      const sc_core::sc_time& start) {
    lane_frame frame;
    frame.lanes = static_cast<std::uint32_t>(optics->lanes.size());
    frame.start = start;
    frame.carried.assign(frame.lanes, 0);
    frame.optics = std::move(optics);
    return frame;
}

/// True if the frame is such an update.
inline bool is_update_only(const lane_frame& frame) { return frame.bits_per_lane == 0; }

}  // namespace luxlane
