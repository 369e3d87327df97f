#include "models/coding/flit.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/coding/bit_io.h"
#include "models/coding/crc.h"

namespace luxlane::coding {
namespace {

static_assert(std::endian::native == std::endian::little, "bytes are moved as numbers");

constexpr std::size_t header_bytes = 12;
constexpr std::size_t checked_bytes = flit_bytes - sizeof(std::uint32_t);
constexpr std::size_t slot_bytes = 1 + flit_bytes;
constexpr std::size_t pair_bytes = slots_per_pair * slot_bytes;
constexpr unsigned largest_flags = 7;
// Of the first four bytes: above type and flags, and above the number.
constexpr std::uint32_t unused_bits = 0xF00000E0;
static_assert(header_bytes + flit_payload_bytes == checked_bytes);
static_assert(8 * pair_bytes == 2 * 10 * message_symbols);

// A message is 642.5 bytes: the second one begins in the middle of a byte, so that both together
// are one bit stream, and one run of symbols.
using pair_symbols = std::array<std::uint16_t, 2 * message_symbols>;
using pair_words = std::array<std::uint64_t, words_for_bits(8 * pair_bytes)>;

template <typename number>
void put(std::uint8_t* at, number value) {
    std::memcpy(at, &value, sizeof value);
}

template <typename number>
void get(const std::uint8_t* at, number& value) {
    std::memcpy(&value, at, sizeof value);
}

}  // namespace

flit_image pack_flit(const flit& from, std::uint32_t number) {
    if (from.length > flit_payload_bytes || from.flags > largest_flags ||
        from.credits > flit_credit_mask || number > flit_number_mask) {
        throw std::invalid_argument("flit: length " + std::to_string(from.length) + ", flags " +
                                    std::to_string(from.flags) + ", credits " +
                                    std::to_string(from.credits) + ", number " +
                                    std::to_string(number) + ": one does not fit its field");
    }
    flit_image image;
    const auto kind = static_cast<std::uint32_t>(from.type) | std::uint32_t{from.flags} << 2;
    put(&image[0], kind | number << 8);
    put(&image[4], from.sequence);
    put(&image[6], from.tag);
    put(&image[8], from.length | from.credits << 8);
    std::copy(from.payload.begin(), from.payload.end(), image.begin() + header_bytes);
    put(&image[checked_bytes], crc32(std::span(image).first(checked_bytes)));
    return image;
}

bool verify_flit(std::span<const std::uint8_t, flit_bytes> image) {
    std::uint32_t sent = 0;
    get(&image[checked_bytes], sent);
    return crc32(image.first(checked_bytes)) == sent;
}

bool unpack_flit(std::span<const std::uint8_t, flit_bytes> image, flit& to, std::uint32_t& number) {
    std::uint32_t kind = 0;
    std::uint32_t amounts = 0;
    get(&image[0], kind);
    get(&image[8], amounts);
    const auto type = static_cast<std::uint8_t>(kind & 3);
    if (!verify_flit(image) || type > static_cast<std::uint8_t>(flit_type::credit) ||
        (kind & unused_bits) != 0 || (amounts & 0xFF) > flit_payload_bytes) {
        return false;
    }
    to.type = static_cast<flit_type>(type);
    to.flags = static_cast<std::uint8_t>((kind >> 2) & largest_flags);
    number = kind >> 8;
    get(&image[4], to.sequence);
    get(&image[6], to.tag);
    to.length = static_cast<std::uint8_t>(amounts);
    to.credits = amounts >> 8;
    std::copy_n(image.begin() + header_bytes, flit_payload_bytes, to.payload.begin());
    return true;
}

void pack_codeword_pair(std::span<const flit* const, slots_per_pair> flits,
                        std::span<std::uint16_t, message_symbols> first,
                        std::span<std::uint16_t, message_symbols> second) {
    pair_words words{};
    auto* slot = reinterpret_cast<std::uint8_t*>(words.data());
    for (const flit* each : flits) {
        if (each != nullptr) {
            const flit_image image = pack_flit(*each);
            slot[0] = slot_marker;
            std::copy(image.begin(), image.end(), slot + 1);
        }
        slot += slot_bytes;
    }
    pair_symbols symbols;
    symbols_from_bits(words, symbols);
    std::copy_n(symbols.begin(), message_symbols, first.begin());
    std::copy_n(symbols.begin() + message_symbols, message_symbols, second.begin());
}

void unpack_codeword_pair(std::span<const std::uint16_t, message_symbols> first,
                          std::span<const std::uint16_t, message_symbols> second,
                          received_pair& to) {
    pair_symbols symbols;
    std::copy(first.begin(), first.end(), symbols.begin());
    std::copy(second.begin(), second.end(), symbols.begin() + message_symbols);
    pair_words words{};
    bits_from_symbols(symbols, words);
    const auto* slot = reinterpret_cast<const std::uint8_t*>(words.data());
    for (std::size_t i = 0; i < slots_per_pair; ++i, slot += slot_bytes) {
        const std::span<const std::uint8_t, flit_bytes> image(slot + 1, flit_bytes);
        if (slot[0] == slot_marker) {
            std::uint32_t number = 0;
            to.status[i] =
                unpack_flit(image, to.flits[i], number) ? slot_status::good : slot_status::bad;
        } else {
            const bool zero = std::all_of(slot, slot + slot_bytes, [](auto b) { return b == 0; });
            to.status[i] = zero ? slot_status::empty : slot_status::bad;
        }
    }
}

}  // namespace luxlane::coding
