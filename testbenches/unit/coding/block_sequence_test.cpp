#include "models/coding/block_sequence.h"

#include <catch2/catch.hpp>
#include <vector>

#include "testbenches/unit/coding/block_samples.h"

using namespace luxlane::coding;

namespace {

constexpr mii_column start{0xD5555555555555FB, 0x01};
constexpr mii_column data{0x1122334455667788, 0x00};
constexpr mii_column terminate{0x07070707FD332211, 0xF8};
constexpr mii_column idle = idle_column;
constexpr mii_column error = error_column;
const mii_column all_kinds[] = {idle, start, data, terminate, error};

/// Figures 82-16 and 82-17: which kinds may follow, by the kind of what was sent before.
bool allowed(const mii_column& before, const mii_column& now) {
    if (before == start || before == data) {
        return now == data || now == terminate;
    }
    if (before == error) {
        return now == data || now == terminate || now == idle;
    }
    return now == idle || now == start;
}

/// A legal sequence that ends with the state diagram where `column` leaves it.
std::vector<mii_column> lead_to(const mii_column& column) {
    if (column == data) {
        return {idle, start, data};
    }
    if (column == terminate) {
        return {idle, start, terminate};
    }
    return {idle, column};
}

/// What the receiver makes of `blocks`; idle behind them lets the last one out.
std::vector<mii_column> received(const std::vector<block66>& blocks) {
    block_receiver receiver;
    std::vector<mii_column> columns;
    for (const block66& block : blocks) {
        columns.push_back(receiver.receive(block));
    }
    columns.push_back(receiver.receive(idle_block));
    REQUIRE(columns.front() == local_fault_column);
    columns.erase(columns.begin());
    return columns;
}

}  // namespace

TEST_CASE("A transmitter sends what may follow and makes errors of the rest") {
    for (const mii_column& before : all_kinds) {
        for (const mii_column& now : all_kinds) {
            block_transmitter transmitter;
            for (const mii_column& column : lead_to(before)) {
                REQUIRE(transmitter.transmit(column) == encode_block(column));
            }
            const std::uint64_t errors = transmitter.errored_blocks();
            const bool good = allowed(before, now);
            REQUIRE(transmitter.transmit(now) == (good ? encode_block(now) : error_block));
            REQUIRE(transmitter.errored_blocks() == errors + (good ? 0 : 1));
        }
    }
}

TEST_CASE("A receiver passes what may follow and makes errors of the rest") {
    for (const mii_column& before : all_kinds) {
        for (const mii_column& now : all_kinds) {
            std::vector<mii_column> sent = lead_to(before);
            sent.push_back(now);
            std::vector<block66> blocks;
            for (const mii_column& column : sent) {
                blocks.push_back(encode_block(column));
            }
            std::vector<mii_column> expected = sent;
            if (!allowed(before, now)) {
                expected.back() = error;
                // A terminate block counts only with what may stand behind a frame.
                if (before == terminate && now != idle && now != start) {
                    expected[expected.size() - 2] = error;
                    expected.back() = now == data || now == terminate ? now : error;
                }
            }
            REQUIRE(received(blocks) == expected);
        }
    }
}

TEST_CASE("After reset both ends take control and start only") {
    for (const mii_column& first : all_kinds) {
        const bool good = first == idle || first == start;
        block_transmitter transmitter;
        REQUIRE(transmitter.transmit(first) == (good ? encode_block(first) : error_block));
        REQUIRE(received({encode_block(first)}).front() == (good ? first : error));
    }
}

TEST_CASE("Without lock a receiver reports local fault, and begins anew behind it") {
    block_receiver receiver;
    receiver.receive(encode_block(start));
    REQUIRE(receiver.receive(encode_block(data)) == start);
    REQUIRE(receiver.receive(encode_block(data), false) == local_fault_column);
    REQUIRE(receiver.receive(encode_block(data), false) == local_fault_column);
    REQUIRE(receiver.receive(encode_block(data)) == local_fault_column);
    REQUIRE(receiver.receive(encode_block(terminate)) == error);
    REQUIRE(receiver.errored_blocks() == 1);
}

TEST_CASE("Types of clause 49 are errors to clause 82 in sequence too") {
    const mii_column late_start{0xD55555FB07070707, 0x1F};
    block_transmitter of_49(block_clause::clause_49);
    block_transmitter of_82(block_clause::clause_82);
    REQUIRE(of_49.transmit(late_start).payload % 256 == 0x33);
    REQUIRE(of_82.transmit(late_start) == error_block);
    REQUIRE(of_49.errored_blocks() == 0);
    REQUIRE(of_82.errored_blocks() == 1);
}
