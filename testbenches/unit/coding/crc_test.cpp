#include "models/coding/crc.h"

#include <catch2/catch.hpp>
#include <string_view>
#include <vector>

using namespace luxlane::coding;

namespace {

std::vector<std::uint8_t> octets(std::string_view text) { return {text.begin(), text.end()}; }

/// The definition, bit by bit.
std::uint32_t crc32_by_definition(const std::vector<std::uint8_t>& message) {
    std::uint32_t remainder = 0xFFFFFFFF;
    for (const std::uint8_t octet : message) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            const std::uint32_t feedback = ((octet >> bit) ^ remainder) & 1u;
            remainder = (remainder >> 1) ^ (feedback * 0xEDB88320u);
        }
    }
    return ~remainder;
}

}  // namespace

TEST_CASE("CRC-32 has the catalogued check value") {
    // "123456789": CRC-32/ISO-HDLC of the CRC RevEng catalogue, the CRC of IEEE Std 802.3.
    REQUIRE(crc32(octets("123456789")) == 0xCBF43926u);
    REQUIRE(crc32(octets("")) == 0u);
}

TEST_CASE("CRC-32 agrees with its definition at every length, and can be continued") {
    std::vector<std::uint8_t> message;
    for (unsigned i = 0; i < 300; ++i) {
        REQUIRE(crc32(message) == crc32_by_definition(message));
        const std::size_t cut = message.size() / 3;
        const std::span<const std::uint8_t> all(message);
        REQUIRE(crc32(all.subspan(cut), crc32(all.first(cut))) == crc32(all));
        message.push_back(static_cast<std::uint8_t>(i * 37 + 11));
    }
}

TEST_CASE("CRC-8 has the catalogued check value of CRC-8/ROHC") {
    // "12345678" fits a word; the ninth octet of the catalogue's message is done by hand below.
    std::uint64_t text = 0;
    for (unsigned i = 0; i < 8; ++i) {
        text |= std::uint64_t{'1' + i} << (8 * i);
    }
    unsigned remainder = crc8(text, 64) ^ static_cast<unsigned>('9');
    for (int bit = 0; bit < 8; ++bit) {
        remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xE0u : 0u);
    }
    REQUIRE(remainder == 0xD0);
}

TEST_CASE("CRC-8 finds every error of up to three bits in the lane id word and itself") {
    const std::uint32_t word = 0x5A3C1;
    const std::uint64_t sent = word | (std::uint64_t{crc8(word, 20)} << 20);
    const auto passes = [](std::uint64_t received) {
        return crc8(received & 0xFFFFF, 20) == received >> 20;
    };
    REQUIRE(passes(sent));
    for (unsigned a = 0; a < 28; ++a) {
        REQUIRE_FALSE(passes(sent ^ (1u << a)));
        for (unsigned b = 0; b < a; ++b) {
            REQUIRE_FALSE(passes(sent ^ (1u << a) ^ (1u << b)));
            for (unsigned c = 0; c < b; ++c) {
                REQUIRE_FALSE(passes(sent ^ (1u << a) ^ (1u << b) ^ (1u << c)));
            }
        }
    }
    REQUIRE(crc8(0, 20) != 0);  // a dark lane
}
