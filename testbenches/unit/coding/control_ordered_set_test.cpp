#include "models/coding/control_ordered_set.h"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace luxlane::coding;

namespace {

/// Octet D0 first, as tables 5-7 and 5-8 of the Ultra Ethernet Specification print a block.
std::uint64_t block(std::initializer_list<std::uint8_t> octets) {
    std::uint64_t payload = 0;
    unsigned at = 0;
    for (const std::uint64_t octet : octets) {
        payload |= octet << at;
        at += 8;
    }
    return payload;
}

}  // namespace

TEST_CASE("the four control ordered sets have the octets of Ultra Ethernet's tables") {
    // The number is split 8, 8, 4 bits over D2, D3 and the upper half of D4, above the O-code.
    REQUIRE(encode_control({control_message::ack, 0xABCDE, 0}) ==
            block({0x4B, 0x01, 0xAB, 0xCD, 0xE6, 0, 0, 0}));
    REQUIRE(encode_control({control_message::nack, 0x00001, 0}) ==
            block({0x4B, 0x02, 0x00, 0x00, 0x16, 0, 0, 0}));
    REQUIRE(encode_control({control_message::init, 0xFFFFF, 0x1234}) ==
            block({0x4B, 0x03, 0xFF, 0xFF, 0xF6, 0x34, 0x12, 0}));
    REQUIRE(encode_control({control_message::init_echo, 0, 0xFF00}) ==
            block({0x4B, 0x04, 0x00, 0x00, 0x06, 0x00, 0xFF, 0}));
}

TEST_CASE("control ordered sets survive encoding, whatever their number and data") {
    for (const auto message : {control_message::ack, control_message::nack, control_message::init,
                               control_message::init_echo}) {
        for (std::uint32_t i = 0; i < 5000; ++i) {
            const bool data = message >= control_message::init;
            const control_ordered_set set{message, (i * 0x9E377u) & retry_number_mask,
                                          static_cast<std::uint16_t>(data ? i * 0x3039u : 0),
                                          static_cast<std::uint8_t>(i % 4)};
            REQUIRE(decode_control(encode_control(set)) == set);
        }
    }
}

TEST_CASE("what is no control ordered set of the retry is not taken for one") {
    const std::uint64_t ack = encode_control({control_message::ack, 5, 0});
    const std::uint64_t init = encode_control({control_message::init, 5, 7});
    REQUIRE_FALSE(decode_control(ack ^ 0x01));                          // other block type
    REQUIRE_FALSE(decode_control(ack ^ std::uint64_t{1} << 32));        // other O-code
    REQUIRE_FALSE(decode_control(block({0x4B, 0, 0, 1, 0, 0, 0, 0})));  // local fault
    REQUIRE_FALSE(decode_control(block({0x4B, 0x00, 0, 0, 0x06, 0, 0, 0})));
    REQUIRE_FALSE(decode_control(block({0x4B, 0x05, 0, 0, 0x06, 0, 0, 0})));
    REQUIRE_FALSE(decode_control(block({0x4B, 0x10, 0, 0, 0x06, 0, 0, 0})));  // CF_Update
    REQUIRE_FALSE(decode_control(init | std::uint64_t{1} << 63));
    for (unsigned bit = 40; bit < 64; ++bit) {
        const bool sender = bit == 56 || bit == 57;
        REQUIRE(decode_control(ack | std::uint64_t{1} << bit).has_value() == sender);
    }
}

TEST_CASE("a control ordered set that does not fit its block is refused") {
    REQUIRE_THROWS_AS(encode_control({control_message::ack, 1u << 20, 0}), std::invalid_argument);
    REQUIRE_THROWS_AS(encode_control({control_message::nack, 0, 1}), std::invalid_argument);
    REQUIRE_THROWS_AS(encode_control({static_cast<control_message>(9), 0, 0}),
                      std::invalid_argument);
}
