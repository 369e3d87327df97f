#include <catch2/catch.hpp>
#include <random>

#include "regs/serdes_phy.h"
#include "regs/tx_driver.h"
#include "testbenches/unit/firmware/link_mock.h"

namespace {

/// Two channels over a pair of mocks whose managers do nothing: words only.
class channel_pair {
public:
    channel_pair() {
        for (unsigned i = 0; i < 2; ++i) {
            board[i].far = &board[1 - i];
            phy[i] = {{SERDES_PHY_BASE}, 8, 8};
            mock_bus::select(&board[i]);
            const dif_serdes_phy_control on = {true, true, true, false, false};
            REQUIRE(dif_serdes_phy_set_control(&phy[i], &on) == dif_ok);
            board[i].write(TX_DRIVER_BASE + TX_DRIVER_CONTROL_OFFSET, 4, 1);
            management_channel_init(&channel[i], &phy[i]);
        }
    }
    ~channel_pair() { mock_bus::select(nullptr); }

    /// One superframe: both ends take what came and send what is due.
    void superframe() {
        ++count;
        for (unsigned i = 0; i < 2; ++i) {
            board[i].tick(count);
            mock_bus::select(&board[i]);
            std::uint32_t word = 0;
            while (management_channel_receive(&channel[i], now(), &word) == dif_ok) {
                received[i].push_back(word & ~0x7Fu);
            }
            REQUIRE(management_channel_pump(&channel[i], now()) == dif_ok);
        }
    }
    std::uint64_t now() const { return count * 48ull; }

    link_mock board[2] = {link_mock(8, 8), link_mock(8, 8)};
    dif_serdes_phy phy[2];
    management_channel channel[2];
    std::vector<std::uint32_t> received[2];
    std::uint32_t count = 0;
};

}  // namespace

TEST_CASE("words arrive once and in order, equal ones too, whatever is lost") {
    channel_pair pair;
    const unsigned loss_percent = GENERATE(0u, 5u, 20u, 50u);
    std::mt19937 generator(1);
    for (auto& side : pair.board) {
        side.loses = [&](std::uint32_t) { return generator() % 100 < loss_percent; };
    }
    std::vector<std::uint32_t> sent;
    for (unsigned n = 0; n < 500 && pair.count < 100000; ++n) {
        const std::uint32_t word = management_word(management_drive, n / 4, 470);
        while (management_channel_send(&pair.channel[0], word, pair.now()) == dif_unavailable &&
               pair.count < 100000) {
            pair.superframe();
        }
        sent.push_back(word);
    }
    while (!management_channel_settled(&pair.channel[0]) && pair.count < 100000) {
        pair.superframe();
    }
    CHECK(pair.received[1] == sent);
    if (loss_percent == 0) {
        CHECK(pair.channel[0].repeated == 0);
        CHECK(pair.count < 550);  // a word in nearly every superframe
    }
}

TEST_CASE("loss in step with the repetition does not stop the words") {
    channel_pair pair;
    const unsigned period = GENERATE(range(2u, 40u));
    unsigned count[2] = {0, 0};
    for (unsigned i = 0; i < 2; ++i) {
        pair.board[i].loses = [&count, i, period](std::uint32_t) {
            return ++count[i] % period == 0;
        };
    }
    unsigned sent[2] = {0, 0};
    const auto settled = [&] {
        return management_channel_settled(&pair.channel[0]) &&
               management_channel_settled(&pair.channel[1]);
    };
    while ((sent[0] < 200 || sent[1] < 200 || !settled()) && pair.count < 50000) {
        for (unsigned i = 0; i < 2; ++i) {
            if (sent[i] < 200 && management_channel_room(&pair.channel[i]) != 0) {
                REQUIRE(management_channel_send(&pair.channel[i],
                                                management_word(management_drive, sent[i], 1),
                                                pair.now()) == dif_ok);
                ++sent[i];
            }
        }
        pair.superframe();
    }
    CAPTURE(period);
    CHECK(settled());
    CHECK(pair.received[0].size() == 200);
    CHECK(pair.received[1].size() == 200);
}

TEST_CASE("both directions at once lose an eighth to acknowledgements") {
    channel_pair pair;
    unsigned sent[2] = {0, 0};
    while ((sent[0] < 400 || sent[1] < 400) && pair.count < 100000) {
        for (unsigned i = 0; i < 2; ++i) {
            if (sent[i] < 400 && management_channel_room(&pair.channel[i]) != 0) {
                REQUIRE(management_channel_send(&pair.channel[i],
                                                management_word(management_drive, sent[i], 1),
                                                pair.now()) == dif_ok);
                ++sent[i];
            }
        }
        pair.superframe();
    }
    CHECK(pair.count < 520);
}

TEST_CASE("a full queue refuses, and silence is measured from the first word owed") {
    channel_pair pair;
    pair.board[0].loses = [](std::uint32_t) { return true; };
    CHECK(management_channel_silence(&pair.channel[0], 1000) == 0);
    for (unsigned n = 0; n < management_queue_words; ++n) {
        REQUIRE(management_channel_send(&pair.channel[0], 1u << 28, 500) == dif_ok);
    }
    CHECK(management_channel_send(&pair.channel[0], 1u << 28, 600) == dif_unavailable);
    CHECK(management_channel_silence(&pair.channel[0], 1500) == 1000);
}

TEST_CASE("HELLO and DOWN pass outside the sequence") {
    channel_pair pair;
    mock_bus::select(&pair.board[0]);
    REQUIRE(management_channel_post(&pair.channel[0], management_word_down(13, 1)) == dif_ok);
    for (unsigned n = 0; n < 3; ++n) {
        pair.superframe();
    }
    REQUIRE(pair.received[1].size() == 1);
    CHECK(management_opcode_of(pair.received[1][0]) == management_down);
    CHECK(pair.channel[1].expected == 0);
}
