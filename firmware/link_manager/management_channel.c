#include "firmware/link_manager/management_channel.h"

#include "firmware/drivers/dif_clint.h"

enum {
    /* Half of the sequence space at most, and small enough that a repetition is soon over. */
    window_words = 32,
    /* Few words wait in the PHY, so that acknowledgements and switch counts do not wait long. */
    transmit_level_limit = 4,
    acknowledge_every = 8,
    acknowledge_delay = 10 * dif_clint_ticks_per_us,
    resend_delay = 250 * dif_clint_ticks_per_us,
};

void management_channel_init(struct management_channel* channel, const struct dif_serdes_phy* phy) {
    *channel = (struct management_channel){.phy = phy};
}

void management_channel_restart(struct management_channel* channel) {
    const uint8_t number = channel->number;
    management_channel_init(channel, channel->phy);
    channel->number = number;
}

enum dif_result management_channel_send(struct management_channel* channel, uint32_t word,
                                        uint64_t now) {
    if (management_channel_room(channel) == 0) {
        return dif_unavailable;
    }
    if (management_channel_settled(channel)) {
        channel->progress_at = now;
    }
    channel->queue[channel->queued % management_queue_words] = word;
    ++channel->queued;
    return dif_ok;
}

uint32_t management_channel_room(const struct management_channel* channel) {
    return management_queue_words - (channel->queued - channel->acknowledged);
}

uint32_t management_channel_backlog(const struct management_channel* channel) {
    return channel->queued - channel->sent;
}

bool management_channel_settled(const struct management_channel* channel) {
    return channel->queued == channel->acknowledged;
}

enum dif_result management_channel_post(struct management_channel* channel, uint32_t word) {
    return dif_serdes_phy_send_word(channel->phy, word);
}

/* Begins again with the oldest word that is not acknowledged, and sends it twice: a loss in step
 * with the repetition would else hit the same word each time. */
static void go_back(struct management_channel* channel) {
    channel->repeated += channel->sent - channel->acknowledged;
    channel->sent = channel->acknowledged;
    channel->twice = true;
}

static void take_acknowledgement(struct management_channel* channel, uint64_t now, uint32_t word) {
    const uint32_t count = (word - channel->acknowledged) & management_sequence_mask;
    if (count > channel->queued - channel->acknowledged) {
        return; /* of words that never were: an older acknowledgement, overtaken */
    }
    if (count != 0) {
        /* It may cover words that are about to be repeated. */
        const uint32_t in_flight = channel->sent - channel->acknowledged;
        channel->acknowledged += count;
        if (count > in_flight) {
            channel->sent = channel->acknowledged;
        }
        channel->progress_at = now;
        channel->resend_at = now + resend_delay;
    }
    if ((word & management_ack_gap) != 0 && channel->sent != channel->acknowledged) {
        go_back(channel);
    }
}

/* True if `word` is the next in order. */
static bool take_sequenced(struct management_channel* channel, uint64_t now, uint32_t word) {
    const uint32_t ahead = (word - channel->expected) & management_sequence_mask;
    if (ahead == 0) {
        if (channel->expected == channel->acknowledgement_sent) {
            channel->acknowledge_at = now + acknowledge_delay;
        }
        ++channel->expected;
        channel->gap = false;
        return true;
    }
    if (ahead > management_sequence_mask / 2) {
        channel->acknowledge_now = true; /* doubled: its acknowledgement was lost */
    } else if (!channel->gap) {
        channel->gap = true; /* say so once, then wait for the repetition */
        channel->acknowledge_now = true;
    }
    return false;
}

enum dif_result management_channel_receive(struct management_channel* channel, uint64_t now,
                                           uint32_t* word) {
    for (;;) {
        const enum dif_result result = dif_serdes_phy_receive_word(channel->phy, word);
        if (result != dif_ok) {
            return result;
        }
        switch (management_opcode_of(*word)) {
            case management_ack:
                if (!channel->muted) {
                    take_acknowledgement(channel, now, *word);
                }
                break;
            case management_hello:
            case management_down:
            case management_retrain:
                return dif_ok;
            default:
                if (!channel->muted && take_sequenced(channel, now, *word)) {
                    return dif_ok;
                }
        }
    }
}

static enum dif_result acknowledge(struct management_channel* channel, uint64_t now) {
    const uint32_t owed = channel->expected - channel->acknowledgement_sent;
    if (!channel->acknowledge_now && owed < acknowledge_every &&
        (owed == 0 || now < channel->acknowledge_at)) {
        return dif_ok;
    }
    const uint32_t word = (uint32_t)management_ack << 28 | (uint32_t)channel->number << 16 |
                          (channel->acknowledge_now && channel->gap ? management_ack_gap : 0) |
                          (channel->expected & management_sequence_mask);
    const enum dif_result result = dif_serdes_phy_send_word(channel->phy, word);
    if (result == dif_ok) {
        ++channel->number;
        channel->acknowledge_now = false;
        channel->acknowledgement_sent = channel->expected;
    }
    return result == dif_unavailable ? dif_ok : result;
}

enum dif_result management_channel_pump(struct management_channel* channel, uint64_t now) {
    enum dif_result result = acknowledge(channel, now);
    if (channel->sent != channel->acknowledged && now >= channel->resend_at) {
        go_back(channel);
    }
    uint8_t waiting = 0;
    if (result == dif_ok) {
        result = dif_serdes_phy_words_waiting(channel->phy, &waiting);
    }
    while (result == dif_ok && waiting < transmit_level_limit && channel->sent != channel->queued &&
           channel->sent - channel->acknowledged < window_words) {
        const uint32_t word = channel->queue[channel->sent % management_queue_words];
        result = dif_serdes_phy_send_word(channel->phy,
                                          word | (channel->sent & management_sequence_mask));
        if (result == dif_ok) {
            if (channel->sent == channel->acknowledged) {
                channel->resend_at = now + resend_delay;
            }
            channel->sent += channel->twice ? 0 : 1;
            channel->twice = false;
            ++waiting;
        }
    }
    return result;
}

uint64_t management_channel_silence(const struct management_channel* channel, uint64_t now) {
    return management_channel_settled(channel) ? 0 : now - channel->progress_at;
}
