#include "models/serdes_phy/payload_codec.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace luxlane::wide_link {
namespace {

constexpr std::size_t codeword_symbols = symbols_per_pair / 2;

using codeword = std::array<std::uint16_t, codeword_symbols>;
using message = std::span<std::uint16_t, coding::message_symbols>;

message message_of(codeword& word) { return message(word.data(), coding::message_symbols); }

// Slots whose bits lie, wholly or partly, in the first and in the second message.
constexpr std::array<std::array<std::size_t, 3>, 2> slots_of_codeword{{{0, 1, 2}, {2, 3, 4}}};

/// Takes the alternating symbols of two codewords apart, two of each at a time.
void split(const std::uint16_t* stream, std::array<codeword, 2>& words) {
    constexpr std::uint64_t even = 0x0000FFFF0000FFFF;
    for (std::size_t i = 0; i < codeword_symbols; i += 2) {
        std::uint64_t four;
        std::memcpy(&four, stream + 2 * i, sizeof four);
        const std::uint64_t first = four & even;
        const std::uint64_t second = (four >> 16) & even;
        const auto first_two = static_cast<std::uint32_t>(first | first >> 16);
        const auto second_two = static_cast<std::uint32_t>(second | second >> 16);
        std::memcpy(&words[0][i], &first_two, sizeof first_two);
        std::memcpy(&words[1][i], &second_two, sizeof second_two);
    }
}

}  // namespace

void encode_pairs(std::span<const coding::flit* const> slots, std::span<std::uint16_t> stream) {
    const auto& code = coding::rs_code::kp4();
    std::array<codeword, 2> words;
    const std::size_t pairs = stream.size() / symbols_per_pair;
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        coding::pack_codeword_pair(
            slots.subspan(pair * coding::slots_per_pair).first<coding::slots_per_pair>(),
            message_of(words[0]), message_of(words[1]));
        for (auto& word : words) {
            code.encode(message_of(word), word);
        }
        std::uint16_t* out = stream.data() + pair * symbols_per_pair;
        for (std::size_t i = 0; i < codeword_symbols; ++i) {
            out[2 * i] = words[0][i];
            out[2 * i + 1] = words[1][i];
        }
    }
}

void decode_pair(std::span<const std::uint16_t> stream, pair_outcome& out) {
    std::array<codeword, 2> words;
    split(stream.data(), words);
    for (std::size_t w = 0; w < words.size(); ++w) {
        const auto result = coding::rs_code::kp4().decode(words[w]);
        auto& outcome = out.codewords[w];
        outcome.status = result.status;
        outcome.symbols = static_cast<std::uint32_t>(result.errors);
        outcome.bits = 0;
        for (std::size_t e = 0; e < result.errors; ++e) {
            const std::size_t place = 2 * std::size_t{result.positions[e]} + w;
            const unsigned wrong = stream[place] ^ words[w][result.positions[e]];
            outcome.bits += static_cast<std::uint32_t>(std::popcount(wrong));
            outcome.places[e] = static_cast<std::uint16_t>(place);
        }
    }
    coding::unpack_codeword_pair(message_of(words[0]), message_of(words[1]), out.slots);
    for (std::size_t w = 0; w < words.size(); ++w) {
        if (out.codewords[w].status == coding::decode_status::uncorrectable) {
            for (const std::size_t slot : slots_of_codeword[w]) {
                out.slots.status[slot] = coding::slot_status::bad;
            }
        }
    }
}

}  // namespace luxlane::wide_link
