#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// What a flit carries.
enum class flit_type : std::uint8_t { idle = 0, data = 1, credit = 2 };

/// Bits of flit::flags.
inline constexpr std::uint8_t flit_start_of_message = 1;
inline constexpr std::uint8_t flit_end_of_message = 2;

inline constexpr std::size_t flit_payload_bytes = 240;
inline constexpr std::size_t flit_bytes = 256;

/// Credits count modulo 2^24, link numbers modulo 2^20.
inline constexpr std::uint32_t flit_credit_mask = 0xFFFFFF;
inline constexpr std::uint32_t flit_number_mask = 0xFFFFF;

/// The unit of transfer between accelerator and PHY: 256 bytes, of which 240 are payload.
///
/// Bytes of a packed flit, numbers little-endian: 0 type (bits 1:0) and flags (4:2), 1..3 link
/// number (20 bits, and 2 for its sender), 4..5 sequence, 6..7 tag, 8 length, 9..11 credits,
/// 12..251 payload, 252..255 CRC-32 of bytes 0..251. The link number belongs to the retry layer of
/// the PHY, which gives it to the packed flit only.
struct flit {
    flit_type type = flit_type::idle;
    std::uint8_t flags = 0;  ///< three bits
    std::uint16_t sequence = 0;
    std::uint16_t tag = 0;      ///< which message
    std::uint8_t length = 0;    ///< payload bytes in use, 0..240
    std::uint32_t credits = 0;  ///< flits the sender's own receiver has consumed so far, mod 2^24
    std::array<std::uint8_t, flit_payload_bytes> payload{};
    friend bool operator==(const flit&, const flit&) = default;
};

using flit_image = std::array<std::uint8_t, flit_bytes>;

/// Packs a flit under the link number `number` (0 without retry) and adds its CRC.
/// std::invalid_argument if `length` exceeds 240, or flags, credits or number their bits.
flit_image pack_flit(const flit& from, std::uint32_t number = 0);

/// Whether the CRC of a packed flit is right.
bool verify_flit(std::span<const std::uint8_t, flit_bytes> image);

/// Unpacks a flit and its link number. Returns false, with `to` and `number` unspecified, if the
/// CRC is wrong or if the flit is one that no sender makes (unknown type, length above 240, unused
/// bits not 0).
bool unpack_flit(std::span<const std::uint8_t, flit_bytes> image, flit& to, std::uint32_t& number);

}  // namespace luxlane::coding
