#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Words that the two link managers exchange in-band, one a superframe at most:
 *
 *   31:28 opcode | 27:18 lane or arguments | 17:8 current, lane or cause | 6:0 sequence
 *
 * HELLO, ACK, DOWN and RETRAIN are sent at once and carry a running number in place of a sequence;
 * all others go through the management channel, which numbers them, repeats the lost and drops the
 * doubled. */

enum management_opcode {
    management_hello = 1,
    management_drive = 2,       ///< lane 27:18 or management_all_lanes, current in uA 17:8
    management_drive_done = 3,  ///< no more corrections
    management_request = 4,     ///< logical lane 27:18, new physical lane 17:8
    management_switch_at = 5,   ///< logical lane 27:18, low bits of the superframe count 17:8
    management_done = 6,        ///< logical lane 27:18
    management_map_done = 7,
    management_ready = 8,     ///< stage 27:24, enum management_stage
    management_down = 9,      ///< cause 7:0, running number 15:8
    management_refuse = 10,   ///< logical lane 27:18, physical lane 17:8
    management_ack = 11,      ///< 6:0 next sequence expected, gap 8, running number 23:16
    management_retrain = 12,  ///< heard 27, number of the break 15:8, running number 7:0
};

enum management_stage { management_stage_link = 0, management_stage_finished = 1 };

enum {
    management_protocol_version = 1,
    management_sequence_mask = 0x7F,
    management_count_mask = 0x3FF,
    management_ack_gap = 1 << 8,
    management_hello_heard = 1 << 27,
    management_retrain_heard = 1 << 27,
    management_all_lanes = 0x3FF,  ///< DRIVE: one current for all lanes
    management_word_nibbles = 8,   ///< of a word; a lane carries one in a superframe
};

/// Superframes that a word takes: one, but on a link of fewer than eight lanes.
static inline uint32_t management_word_superframes(uint32_t data_lanes) {
    return (management_word_nibbles + data_lanes - 1) / data_lanes;
}

static inline uint32_t management_word(enum management_opcode opcode, uint32_t high, uint32_t low) {
    return (uint32_t)opcode << 28 | (high & 0x3FFU) << 18 | (low & 0x3FFU) << 8;
}

static inline uint32_t management_word_switch_at(uint32_t logical, uint32_t count) {
    return (uint32_t)management_switch_at << 28 | (logical & 0x3FFU) << 18 |
           (count & management_count_mask) << 8;
}

static inline uint32_t management_word_ready(enum management_stage stage) {
    return (uint32_t)management_ready << 28 | (uint32_t)stage << 24;
}

static inline uint32_t management_word_down(uint32_t cause, uint32_t number) {
    return (uint32_t)management_down << 28 | (number & 0xFFU) << 8 | (cause & 0xFFU);
}

/// `epoch` (8 bits) counts the breaks of the link; `heard`: the far end has said the same one.
static inline uint32_t management_word_retrain(bool heard, uint32_t epoch, uint32_t number) {
    return (uint32_t)management_retrain << 28 | (heard ? (uint32_t)management_retrain_heard : 0U) |
           (epoch & 0xFFU) << 8 | (number & 0xFFU);
}

/// `session` (12 bits) tells a restarted far end from the one that is known.
static inline uint32_t management_word_hello(uint32_t heard, uint32_t session, uint32_t number) {
    return (uint32_t)management_hello << 28 | (heard ? (uint32_t)management_hello_heard : 0U) |
           (uint32_t)management_protocol_version << 20 | (session & 0xFFFU) << 8 | (number & 0xFFU);
}

static inline enum management_opcode management_opcode_of(uint32_t word) {
    return (enum management_opcode)(word >> 28);
}
static inline uint16_t management_high(uint32_t word) { return (word >> 18) & 0x3FFU; }
static inline uint16_t management_low(uint32_t word) { return (word >> 8) & 0x3FFU; }
static inline uint32_t management_count(uint32_t word) {
    return (word >> 8) & management_count_mask;
}
static inline uint32_t management_retrain_epoch(uint32_t word) { return (word >> 8) & 0xFFU; }
static inline uint32_t management_hello_version(uint32_t word) { return (word >> 20) & 0x7FU; }
static inline uint32_t management_hello_session(uint32_t word) { return (word >> 8) & 0xFFFU; }
