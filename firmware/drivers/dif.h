#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/hal/lane_map.h"
#include "firmware/hal/mmio.h"

/* Rules of all drivers (device interface functions):
 * - The handle comes first, by const pointer: a driver keeps no state besides what `probe` found.
 * - Arguments are validated before any register is touched; an error leaves the device alone.
 * - Unless a contract says otherwise a function may be called at any time after `probe`. Functions
 *   with a `lane` argument use the device's lane window, so main loop and interrupt handlers must
 *   not both use those of one device. */

enum dif_result {
    dif_ok,
    dif_bad_argument,   ///< a null pointer, or a value that is none of its enum's
    dif_out_of_range,   ///< a lane or value beyond what the device has
    dif_wrong_device,   ///< ID does not name the device
    dif_wrong_version,  ///< the register map's major version is unknown
    dif_unavailable,    ///< nothing to take, no room, or busy: try again later
    dif_io_error,       ///< the device answered, and reported a failure
};

#define DIF_MUST_USE __attribute__((warn_unused_result))

/// In place of a lane number, for writes: all lanes at once.
enum { dif_all_lanes = 0xFFFF };

/// What is the same in each of the board's own devices, by the generated names of one.
struct dif_identity {
    uint32_t id_offset;
    uint32_t id;
    uint32_t version_offset;
    uint32_t version;
};

/// Compares identification and major version.
DIF_MUST_USE static inline enum dif_result dif_check_identity(struct mmio_region region,
                                                              struct dif_identity expected) {
    if (mmio_read32(region, expected.id_offset) != expected.id) {
        return dif_wrong_device;
    }
    if (mmio_read32(region, expected.version_offset) >> 16 != expected.version >> 16) {
        return dif_wrong_version;
    }
    return dif_ok;
}

/// True if `lane` is one of `lanes`.
static inline bool dif_lane_exists(uint32_t lane, uint32_t lanes) { return lane < lanes; }

/// Copies a bitmap whose first register is at `offset`.
static inline void dif_read_map(struct mmio_region region, uint32_t offset, uint32_t lanes,
                                struct lane_map* map) {
    for (uint32_t i = 0; i < lane_map_words; ++i) {
        map->word[i] = i * 32 < lanes ? mmio_read32(region, offset + 4 * i) : 0;
    }
}
