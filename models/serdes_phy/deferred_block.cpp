#include "models/serdes_phy/deferred_block.h"

#include "models/serdes_phy/block_encoder.h"

namespace luxlane::wide_link {

void deferred_block::materialise(lane_frame& frame) const {
    block_encoder(tables_).encode(plan_, {frame.stride, frame.bits, frame.before, frame.after},
                                  frame.sent_parity);
}

}  // namespace luxlane::wide_link
