#pragma once

#include "firmware/drivers/dif_rx_dsp.h"
#include "firmware/drivers/dif_serdes_phy.h"
#include "firmware/include/luxlane/job.h"
#include "firmware/link_manager/management_channel.h"

/* A lane is replaced by a spare without stopping the link. The receiving end notices, chooses the
 * spare with the best eye and sends REQUEST(logical, physical). The far end (lane_grant.h) copies
 * the logical lane on the spare, answers SWITCH_AT(count), and both ends move their maps at that
 * superframe. The receiver then checks the name that the spare carries and says DONE. Many swaps
 * run at once, each with its own count: the words' rate, one a superframe, limits them. */

/* As many as the far end queues requests. */
enum { repair_swaps = 32 };

enum swap_stage {
    swap_free,
    swap_requested,  ///< REQUEST sent
    swap_granted,    ///< SWITCH_AT known; to be armed
    swap_armed,      ///< waits for the superframe
    swap_verifying,  ///< waits for the right name on the new lane
    swap_returning,  ///< the new lane does not work: REQUEST for the old one to be sent
};

struct lane_swap {
    enum swap_stage stage;
    uint16_t logical;
    uint16_t physical;  ///< the spare; the old lane once that has failed
    uint16_t old;       ///< where the logical lane came from
    bool optional;      ///< the old lane still carries data: the way back, kept until verified
    bool trained;       ///< the new lane had to be trained again
    uint8_t attempts;
    uint16_t count;  ///< low 10 bits of the superframe count
    uint32_t at;     ///< superframe for which it is armed
    uint64_t deadline;
};

/* From the worst. */
enum spare_rank {
    spare_open_eye,  ///< failed its test, but its eye would carry data: better than a dead lane
    spare_framed,    ///< test not finished
    spare_tested,
};

struct lane_spare {
    uint16_t lane;
    uint16_t q_100;
    enum spare_rank rank;
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
    struct lane_map running;       ///< logical lanes with a swap under way
    struct lane_map hopeless;      ///< bad lanes for which there is nothing better
    struct lane_swap swaps[repair_swaps];
    struct lane_spare spare[lane_map_lanes];  ///< usable ones at the last survey
    uint32_t spares;                          ///< how many
    uint16_t
        news[lane_map_lanes];  ///< logical lanes in the order of their swaps; each costs a spare
    uint32_t completed;
    uint32_t told;          ///< of those, how many were printed
    uint32_t failed_lanes;  ///< at the last scan, without those whose swaps run
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

/// Counts the logical lanes whose physical lane delivers nothing now.
DIF_MUST_USE enum dif_result lane_repair_count_lost(const struct lane_repair* repair,
                                                    uint32_t* count);

/// Carries all swaps on. One that cannot succeed sets `cause`.
DIF_MUST_USE enum dif_result lane_repair_step(struct lane_repair* repair, uint64_t now);

/// Prints one completed swap; false if all were printed. A line takes as long as three superframes,
/// so let it wait until nothing is urgent.
bool lane_repair_tell(struct lane_repair* repair);

/// True while a swap waits or runs.
bool lane_repair_busy(const struct lane_repair* repair);

/// True if every logical lane's physical lane delivers data now.
DIF_MUST_USE enum dif_result lane_repair_complete(const struct lane_repair* repair, bool* complete);

/// SWITCH_AT and REFUSE of the far end; other words are ignored.
void lane_repair_word(struct lane_repair* repair, uint32_t word);
