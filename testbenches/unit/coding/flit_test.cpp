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
    REQUIRE_THROWS_AS(pack_flit(each, 1u << 22), std::invalid_argument);
    each.flags = 8;
    REQUIRE_THROWS_AS(pack_flit(each), std::invalid_argument);
    each.flags = 7;
    each.credits = 1u << 24;
    REQUIRE_THROWS_AS(pack_flit(each), std::invalid_argument);
}
