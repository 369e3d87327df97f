#include "models/coding/flit_slot.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/block_code.h"
#include "models/coding/transcode.h"

using namespace luxlane::coding;

namespace {

// Ultra Ethernet's LLR_NACK of number 12345h (1.0.1, table 5-8).
constexpr std::uint64_t nack = 0x000000563412024B;

flit_image random_image(std::mt19937_64& random) {
    flit_image image;
    for (std::uint8_t& byte : image) {
        byte = static_cast<std::uint8_t>(random());
    }
    return image;
}

std::vector<std::uint64_t> noise(std::size_t words) {
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> result(words);
    for (std::uint64_t& word : result) {
        word = random();
    }
    return result;
}

/// Nothing but the slot may have changed.
void require_untouched_outside(const std::vector<std::uint64_t>& before,
                               const std::vector<std::uint64_t>& after, std::size_t position) {
    for (std::size_t bit = 0; bit < 64 * before.size(); ++bit) {
        if (bit < position || bit >= position + slot_bits) {
            REQUIRE(read_bits(before, bit, 1) == read_bits(after, bit, 1));
        }
    }
}

}  // namespace

TEST_CASE("A flit's slot is its bytes in 32 data blocks, at every position") {
    std::mt19937_64 random(1);
    const std::vector<std::uint64_t> before = noise(36);
    for (std::size_t position = 0; position <= 130; ++position) {
        const flit_image image = random_image(random);
        std::vector<std::uint64_t> words = before;
        write_flit_slot(image, words, position);
        require_untouched_outside(before, words, position);
        for (std::size_t byte = 0; byte < flit_bytes; ++byte) {
            const std::size_t block = byte / 32;
            const std::size_t bit = position + 257 * block + 1 + 8 * (byte % 32);
            REQUIRE(read_bits(words, position + 257 * block, 1) == 1);
            REQUIRE(read_bits(words, bit, 8) == image[byte]);
        }
        flit_image received{};
        REQUIRE(read_slot(words, position, received).content == slot_content::flit);
        REQUIRE(received == image);
    }
}

TEST_CASE("A slot without a flit is idle blocks, the first perhaps an ordered set") {
    const std::vector<std::uint64_t> before = noise(36);
    const auto group = [](const block66& first) {
        return transcode({first, idle_block, idle_block, idle_block}, transcode_clause::clause_119);
    };
    for (std::size_t position = 0; position <= 130; ++position) {
        for (const bool with_set : {false, true}) {
            std::vector<std::uint64_t> words = before;
            write_idle_slot(with_set ? std::optional(nack) : std::nullopt, words, position);
            require_untouched_outside(before, words, position);
            REQUIRE(read_block257(words, position) ==
                    group(with_set ? block66{control_header, nack} : idle_block));
            for (std::size_t b = 1; b < 8; ++b) {
                REQUIRE(read_block257(words, position + 257 * b) == group(idle_block));
            }
            flit_image untouched{};
            const received_slot slot = read_slot(words, position, untouched);
            REQUIRE(slot.content == (with_set ? slot_content::ordered_set : slot_content::idle));
            REQUIRE(slot.ordered_set == (with_set ? nack : 0));
            REQUIRE(untouched == flit_image{});
        }
    }
}

TEST_CASE("A slot takes standard ordered sets too, and nothing else") {
    std::vector<std::uint64_t> words(33);
    flit_image image{};
    write_idle_slot(local_fault_block.payload, words, 0);
    REQUIRE(read_slot(words, 0, image).ordered_set == local_fault_block.payload);
    // O code 1, a control code behind O code 0 that does not exist, and an idle block.
    for (const std::uint64_t payload : {std::uint64_t{0x000000010000004B},
                                        std::uint64_t{0x100000000000004B}, std::uint64_t{0x1E}}) {
        REQUIRE_THROWS_AS(write_idle_slot(payload, words, 0), std::invalid_argument);
    }
}

TEST_CASE("Every wrong bit of a slot is damage, or is left to a CRC or to the ordered set's user") {
    std::mt19937_64 random(3);
    flit a{flit_type::data, 3, 0x1234, 7, 240, 99, {}};
    for (std::uint8_t& byte : a.payload) {
        byte = static_cast<std::uint8_t>(random());
    }
    for (std::size_t bit = 0; bit < slot_bits; ++bit) {
        std::vector<std::uint64_t> words(33);
        flit_image image{};
        const auto flip = [&] { words[bit / 64] ^= std::uint64_t{1} << bit % 64; };

        write_flit_slot(pack_flit(a), words, 0);
        flip();
        const bool whole = read_slot(words, 0, image).content == slot_content::flit;
        REQUIRE(whole == (bit % 257 != 0));
        REQUIRE_FALSE((whole && verify_flit(image)));

        write_idle_slot(std::nullopt, words, 0);
        flip();
        REQUIRE(read_slot(words, 0, image).content == slot_content::damaged);

        write_idle_slot(nack, words, 0);
        flip();
        const received_slot slot = read_slot(words, 0, image);
        // Header bits 0..4, low nibble of the type 5..8, D1..D3 9..32, O code 33..36, rest 37..64.
        const bool user_data = (bit >= 9 && bit <= 32) || (bit >= 37 && bit <= 64);
        REQUIRE(slot.content == (user_data ? slot_content::ordered_set : slot_content::damaged));
        REQUIRE((slot.ordered_set != nack));
    }
}
