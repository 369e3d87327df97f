#pragma once

#include "firmware/drivers/dif_optical_channel.h"
#include "firmware/link_manager/drive_control.h"
#include "firmware/link_manager/lane_grant.h"
#include "firmware/link_manager/lane_repair.h"
#include "firmware/link_manager/management_channel.h"

/* Brings one end of the link up and keeps it up. A state machine that never waits: `step` does what
 * can be done now and says when it wants to be called again. States, in order of bring-up: */

enum link_state {
    link_probe,     ///< identify the devices
    link_power_up,  ///< light on, receivers on
    link_light,     ///< wait for the far end's light
    link_lock,      ///< clock recovery
    link_adapt,     ///< equalisers
    link_frame,     ///< find and name the lanes
    link_hello,     ///< find the far end's link manager
    link_drive,     ///< both ends adjust each other's drive currents
    link_readapt,   ///< equalisers again, at the right power; late lanes again
    link_recover,   ///< after a break: payload stops, the PHY is set up again, wait for light
    link_relock,    ///< clock recovery
    link_reframe,   ///< find and name the lost lanes
    link_rejoin,    ///< both ends know of the break; names say which lane carries what
    link_map,       ///< replace dead and weak lanes
    link_deskew,    ///< align the lanes
    link_ready,     ///< wait until the far end is as far
    link_up,        ///< payload flows; monitor and repair
    link_down,      ///< for good; `cause` says why
    link_states,
};

struct link_config {
    uint16_t lanes;
    uint16_t data_lanes;
    uint16_t target_power_10nw;
    uint32_t degrade_limit;  ///< 0 = the device's default
    struct drive_settings drive;
    uint64_t (*now)(void);  ///< mtime, ticks of 100 ns
    __attribute__((format(printf, 1, 2))) void (*line)(const char* format, ...);
};

struct link_manager {
    struct link_config config;
    struct dif_tx_driver driver;
    struct dif_optical_channel cable;
    struct dif_pd_array array;
    struct dif_rx_dsp dsp;
    struct dif_serdes_phy phy;
    struct dif_serdes_phy_control control;
    struct management_channel channel;
    struct drive_control drive;
    struct lane_repair repair;
    struct lane_grant grant;

    enum link_state state;
    bool fresh;  ///< the state has not been stepped yet
    enum luxlane_cause cause;
    uint32_t far_cause;  ///< with luxlane_cause_peer_down: what the far end said
    uint64_t now;
    uint64_t entered;  ///< when the state was entered
    uint64_t mark;     ///< a time inside the state, meaning by state
    uint32_t seen;     ///< a count inside the state, meaning by state
    uint32_t session;  ///< ours, in HELLO
    uint32_t far_session;
    uint32_t recoveries;      ///< how often the link broke
    uint32_t epoch;           ///< number of the present break
    uint32_t far_epoch;       ///< the newest that the far end has said
    uint32_t attempts;        ///< breaks since `unstable_since`
    uint64_t unstable_since;  ///< the first of the breaks that followed each other closely
    uint64_t up_at;           ///< when link_up was entered; 0: not since the last break
    uint64_t next_word;       ///< when the next RETRAIN is due
    uint8_t next_number;      ///< its running number
    bool broken;              ///< the lanes want a recovery
    bool far_joined;          ///< the far end has said the present break's number
    uint32_t lit, locked;     ///< lanes with light, with clock recovery, while that is waited for
    uint32_t lanes_lost;      ///< lanes that failed together the last time
    uint8_t down_words;       ///< DOWN words still to be sent
    bool words_possible;      ///< enough lanes are framed to exchange words
    bool far_known;           ///< HELLO received
    bool far_heard_us;
    bool map_done_sent, far_map_done;
    bool ready_sent, far_ready;
    bool finished_sent, far_finished;
};

/// Starts in link_probe; the devices are touched from the first step on.
void link_manager_init(struct link_manager* manager, const struct link_config* config);

/// Does what can be done now; returns the time (ticks) at which it wants to be called again. Also
/// call it after each interrupt of the PHY and the photodiode array.
uint64_t link_manager_step(struct link_manager* manager);

/// For the interrupt handlers of the two devices: withdraws their requests until the next step.
void link_manager_on_interrupt(struct link_manager* manager);

/// Takes the link down for `cause` and tells the far end. Nothing happens if it is down already.
void link_manager_take_down(struct link_manager* manager, enum luxlane_cause cause);

/// Tells the far end that this end needs the link no more; the link stays up.
void link_manager_finish(struct link_manager* manager);

/// True when both ends have said so, and the far end knows that we did.
bool link_manager_both_finished(const struct link_manager* manager);

/// True when the far end has been told of everything, DOWN included: the program may end.
bool link_manager_quiet(const struct link_manager* manager);

const char* link_state_name(enum link_state state);
