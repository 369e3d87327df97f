#pragma once

#include "firmware/drivers/dif_rx_dsp.h"
#include "firmware/drivers/dif_serdes_phy.h"
#include "firmware/include/luxlane/job.h"
#include "firmware/link_manager/management_channel.h"

/* A lane is replaced by a spare without stopping the link. The receiving end notices, chooses the
 * spare with the best eye and sends REQUEST(logical, physical). The far end copies the logical lane
 * on the spare, answers SWITCH_AT(count), and both ends move their maps at that superframe. The
 * receiver then checks the name that the spare carries and says DONE. */

enum { repair_swaps = 8, repair_requests = 32 };

enum swap_stage {
    swap_free,
    swap_requested,  ///< REQUEST sent
    swap_granted,    ///< SWITCH_AT known; waits for its turn to be armed
    swap_armed,      ///< waits for the superframe
    swap_verifying,  ///< waits for the right name on the new lane
};

struct lane_swap {
    enum swap_stage stage;
    uint16_t logical;
    uint16_t physical;  ///< the spare
    uint8_t attempts;
    uint16_t count;  ///< low 11 bits of the superframe count
    uint64_t deadline;
};

struct lane_request {
    uint16_t logical;
    uint16_t physical;
};

struct lane_repair {
    const struct dif_serdes_phy* phy;
    const struct dif_rx_dsp* dsp;
    struct management_channel* channel;
    uint16_t map[lane_map_lanes];  ///< physical receive lane of each logical one
    struct lane_map used;          ///< physical lanes that carry, or are promised to, a logical one
    struct lane_map retired;       ///< physical lanes that failed and shall not be used again
    struct lane_map wanted;        ///< logical lanes that wait for a swap
    struct lane_map optional;      ///< of those: lanes that still carry data, only badly
    struct lane_map hopeless;      ///< bad lanes for which there is nothing better
    struct lane_swap swaps[repair_swaps];
    struct lane_request requests[repair_requests];  ///< of the far end
    uint32_t requests_in, requests_out;             ///< free-running
    uint32_t completed;
    uint32_t failed_lanes;  ///< at the last scan
    uint32_t spares;        ///< usable ones at the last scan
    enum luxlane_cause cause;
    void (*line)(const char* format, ...);
};

/// Starts with the identity map; `line` prints.
void lane_repair_init(struct lane_repair* repair, const struct dif_serdes_phy* phy,
                      const struct dif_rx_dsp* dsp, struct management_channel* channel,
                      void (*line)(const char* format, ...));

/// Looks for logical lanes whose physical lane is not aligned, is degraded or, if `weak_q_100` is
/// not 0, has a figure of merit below it, and queues their swaps. Sets `cause` to
/// luxlane_cause_spares_exhausted if failed lanes outnumber usable spares, and to
/// luxlane_cause_no_light if none is left.
DIF_MUST_USE enum dif_result lane_repair_scan(struct lane_repair* repair, uint16_t weak_q_100);

/// Carries all swaps on, ours and the far end's. A swap that cannot succeed sets `cause`.
DIF_MUST_USE enum dif_result lane_repair_step(struct lane_repair* repair, uint64_t now);

/// True while a swap of ours waits or runs.
bool lane_repair_busy(const struct lane_repair* repair);

/// REQUEST, SWITCH_AT, DONE and REFUSE of the far end; other words are ignored.
void lane_repair_word(struct lane_repair* repair, uint32_t word);
