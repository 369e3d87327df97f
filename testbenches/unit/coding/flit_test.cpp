#include "models/coding/flit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

flit random_flit(generator& random) {
    flit result;
    result.type = random() % 2 == 0 ? flit_type::data : flit_type::credit;
    result.flags = static_cast<std::uint8_t>(random() % 8);
    result.sequence = static_cast<std::uint16_t>(random());
    result.tag = static_cast<std::uint16_t>(random());
    result.length = static_cast<std::uint8_t>(random() % 241);
    result.credits = static_cast<std::uint32_t>(random() & flit_credit_mask);
    for (auto& byte : result.payload) {
        byte = static_cast<std::uint8_t>(random());
    }
    return result;
}

using message = std::array<std::uint16_t, message_symbols>;

bool bit_of(const message& first, const message& second, std::size_t i) {
    const std::uint16_t symbol = i < 5140 ? first[i / 10] : second[(i - 5140) / 10];
    return ((symbol >> (i % 10)) & 1) != 0;
}

}  // namespace

TEST_CASE("a flit has the documented bytes") {
    flit each;
    each.type = flit_type::data;
    each.flags = flit_start_of_message | flit_end_of_message;
    each.sequence = 0x1122;
    each.tag = 0x3344;
    each.length = 240;
    each.credits = 0x556677;
    each.payload.front() = 0xAA;
    each.payload.back() = 0xBB;
    const flit_image image = pack_flit(each, 0x98765);
    const std::vector<std::uint8_t> header(image.begin(), image.begin() + 13);
    REQUIRE(header == std::vector<std::uint8_t>{0x0D, 0x65, 0x87, 0x09, 0x22, 0x11, 0x44, 0x33, 240,
                                                0x77, 0x66, 0x55, 0xAA});
    REQUIRE(image[251] == 0xBB);
}

TEST_CASE("flits survive packing, and every wrong bit is found") {
    generator random(5);
    const flit sent = random_flit(random);
    flit_image image = pack_flit(sent, 0xFFFFF);
    flit received;
    std::uint32_t number = 0;
    REQUIRE(unpack_flit(image, received, number));
    REQUIRE(received == sent);
    REQUIRE(number == 0xFFFFF);
    for (std::size_t bit = 0; bit < 8 * flit_bytes; ++bit) {
        const auto mask = static_cast<std::uint8_t>(1u << (bit % 8));
        image[bit / 8] ^= mask;
        REQUIRE_FALSE(verify_flit(image));
        REQUIRE_FALSE(unpack_flit(image, received, number));
        image[bit / 8] ^= mask;
    }
}

TEST_CASE("what does not fit its field is refused") {
    flit each;
    each.length = 241;
    REQUIRE_THROWS_AS(pack_flit(each), std::invalid_argument);
    each.length = 240;
    REQUIRE_NOTHROW(pack_flit(each));
    REQUIRE_THROWS_AS(pack_flit(each, 1u << 20), std::invalid_argument);
    each.flags = 8;
    REQUIRE_THROWS_AS(pack_flit(each), std::invalid_argument);
    each.flags = 7;
    each.credits = 1u << 24;
    REQUIRE_THROWS_AS(pack_flit(each), std::invalid_argument);
}

TEST_CASE("five slots fill a pair of messages: marker, then the bytes, lowest bit first") {
    generator random(6);
    const flit each = random_flit(random);
    const flit_image image = pack_flit(each);
    for (std::size_t slot = 0; slot < slots_per_pair; ++slot) {
        std::array<const flit*, slots_per_pair> flits{};
        flits[slot] = &each;
        message first;
        message second;
        pack_codeword_pair(flits, first, second);
        for (std::size_t i = 0; i < 2 * 5140; ++i) {
            bool expected = false;
            if (i / 2056 == slot) {
                const std::size_t bit = i % 2056;
                const unsigned byte = bit < 8 ? 0xA5u : image[bit / 8 - 1];
                expected = ((byte >> (bit % 8)) & 1u) != 0;
            }
            REQUIRE(bit_of(first, second, i) == expected);
        }
    }
}

TEST_CASE("codeword pairs round trip with any slots empty") {
    generator random(7);
    for (unsigned occupied = 0; occupied < 32; ++occupied) {
        std::array<flit, slots_per_pair> sent;
        std::array<const flit*, slots_per_pair> flits{};
        for (std::size_t slot = 0; slot < slots_per_pair; ++slot) {
            sent[slot] = random_flit(random);
            flits[slot] = ((occupied >> slot) & 1u) != 0 ? &sent[slot] : nullptr;
        }
        message first;
        message second;
        pack_codeword_pair(flits, first, second);
        received_pair received;
        unpack_codeword_pair(first, second, received);
        for (std::size_t slot = 0; slot < slots_per_pair; ++slot) {
            if (flits[slot] != nullptr) {
                REQUIRE(received.status[slot] == slot_status::good);
                REQUIRE(received.flits[slot] == sent[slot]);
            } else {
                REQUIRE(received.status[slot] == slot_status::empty);
            }
        }
    }
}

TEST_CASE("a damaged slot is bad, never empty and never good") {
    generator random(8);
    const flit each = random_flit(random);
    std::array<const flit*, slots_per_pair> flits{&each, nullptr, &each, nullptr, &each};
    message first;
    message second;
    pack_codeword_pair(flits, first, second);
    for (int trial = 0; trial < 2000; ++trial) {
        message damaged = first;
        const std::size_t bit = random() % 4112;  // of slots 0 and 1
        damaged[bit / 10] = static_cast<std::uint16_t>(damaged[bit / 10] ^ (1u << (bit % 10)));
        received_pair received;
        unpack_codeword_pair(damaged, second, received);
        for (std::size_t slot = 0; slot < slots_per_pair; ++slot) {
            const slot_status whole = slot % 2 == 0 ? slot_status::good : slot_status::empty;
            REQUIRE(received.status[slot] == (slot == bit / 2056 ? slot_status::bad : whole));
        }
    }
}
