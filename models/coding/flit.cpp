#include "models/coding/flit.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/coding/crc.h"

namespace luxlane::coding {
namespace {

static_assert(std::endian::native == std::endian::little, "bytes are moved as numbers");

constexpr std::size_t header_bytes = 12;
constexpr std::size_t checked_bytes = flit_bytes - sizeof(std::uint32_t);
constexpr unsigned largest_flags = 7;
// Of the first four bytes: above type and flags, and above the number.
constexpr std::uint32_t unused_bits = 0xC00000E0;
constexpr std::uint32_t largest_number = 0x3FFFFF;
static_assert(header_bytes + flit_payload_bytes == checked_bytes);

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
        from.credits > flit_credit_mask || number > largest_number) {
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

}  // namespace luxlane::coding
