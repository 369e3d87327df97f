#pragma once

#include "firmware/drivers/dif_serdes_phy.h"
#include "firmware/link_manager/management_word.h"

enum { management_queue_words = 64 };

/// Orderly delivery of management words over a line that may lose them: go-back-N with 7-bit
/// sequence numbers and cumulative acknowledgements. A word that is acknowledged has also been
/// handled by the far end's link manager, because that takes words before it acknowledges them.
struct management_channel {
    const struct dif_serdes_phy* phy;
    uint32_t queue[management_queue_words];
    /* Free-running counts of words; acknowledged <= sent <= queued. */
    uint32_t queued, sent, acknowledged;
    uint32_t expected;              ///< words received in order
    uint32_t acknowledgement_sent;  ///< `expected` as last told to the far end
    uint64_t resend_at;
    uint64_t acknowledge_at;
    uint64_t progress_at;  ///< when the far end last acknowledged, or the queue began to fill
    uint32_t repeated;     ///< words sent again
    bool twice;            ///< the next word is a repetition: send it twice
    bool acknowledge_now;
    bool gap;        ///< a word is missing
    bool muted;      ///< numbered words and acknowledgements are of a time before: not taken
    uint8_t number;  ///< running number of unsequenced words
};

/// Starts with empty queues; both ends do so before they say HELLO.
void management_channel_init(struct management_channel* channel, const struct dif_serdes_phy* phy);

/// Forgets what was queued and received, as the far end's channel does after the same break.
void management_channel_restart(struct management_channel* channel);

/// Queues a word (sequence bits 0) for orderly delivery. dif_unavailable: the queue is full.
DIF_MUST_USE enum dif_result management_channel_send(struct management_channel* channel,
                                                     uint32_t word, uint64_t now);
/// Words that may still be queued.
uint32_t management_channel_room(const struct management_channel* channel);
/// Words that stand in the queue and have not been sent yet.
uint32_t management_channel_backlog(const struct management_channel* channel);
/// True if the far end has acknowledged every word.
bool management_channel_settled(const struct management_channel* channel);

/// Sends HELLO, DOWN or RETRAIN at once, outside the sequence.
DIF_MUST_USE enum dif_result management_channel_post(struct management_channel* channel,
                                                     uint32_t word);

/// Takes the next word meant for the link manager: in order, or HELLO, DOWN or RETRAIN.
/// dif_unavailable: there is none.
DIF_MUST_USE enum dif_result management_channel_receive(struct management_channel* channel,
                                                        uint64_t now, uint32_t* word);

/// Moves words and acknowledgements to the PHY and repeats what was lost. Call after receiving.
DIF_MUST_USE enum dif_result management_channel_pump(struct management_channel* channel,
                                                     uint64_t now);

/// Ticks for which the far end has owed an acknowledgement; 0 if it owes none.
uint64_t management_channel_silence(const struct management_channel* channel, uint64_t now);
