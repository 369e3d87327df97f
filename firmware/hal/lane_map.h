#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { lane_map_words = 21, lane_map_lanes = lane_map_words * 32 };

/// A bitmap of up to 672 lanes as the devices' *_MAP registers hold it: lane l is bit l mod 32 of
/// word l / 32.
struct lane_map {
    uint32_t word[lane_map_words];
};

/// `lane` below lane_map_lanes.
static inline bool lane_map_get(const struct lane_map* map, uint32_t lane) {
    return (map->word[lane / 32] >> (lane % 32)) & 1U;
}

static inline void lane_map_set(struct lane_map* map, uint32_t lane) {
    map->word[lane / 32] |= 1U << (lane % 32);
}

static inline void lane_map_clear(struct lane_map* map, uint32_t lane) {
    map->word[lane / 32] &= ~(1U << (lane % 32));
}

/// How many of the lanes below `lanes` are set.
static inline uint32_t lane_map_count(const struct lane_map* map, uint32_t lanes) {
    uint32_t count = 0;
    for (uint32_t i = 0; i * 32 < lanes; ++i) {
        uint32_t word = map->word[i];
        if (lanes - i * 32 < 32) {
            word &= (1U << (lanes - i * 32)) - 1;
        }
        for (; word != 0; word &= word - 1) {
            ++count;
        }
    }
    return count;
}
