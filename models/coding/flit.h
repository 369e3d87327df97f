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
/// number (20 bits), 4..5 sequence, 6..7 tag, 8 length, 9..11 credits, 12..251 payload, 252..255
/// CRC-32 of bytes 0..251. The link number belongs to the retry layer of the PHY, which gives it
/// to the packed flit only.
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

/// The wire format packs five slots of 2056 bits into the messages of two successive RS(544,514)
/// codewords (2 x 5140 bits). An occupied slot is the octet A5h and the 256 bytes of a flit, bit 0
/// of each byte first; an empty slot is all zeros.
inline constexpr std::size_t slots_per_pair = 5;
inline constexpr std::size_t message_symbols = 514;
inline constexpr std::uint8_t slot_marker = 0xA5;

enum class slot_status : std::uint8_t {
    empty,
    good,
    bad  ///< neither empty nor a flit with a good CRC: damaged beyond what FEC repaired
};

/// The five slots received in a pair of codewords.
struct received_pair {
    std::array<slot_status, slots_per_pair> status{};
    std::array<flit, slots_per_pair> flits;  ///< valid where `status` is good
};

/// Packs five flits, in order of sending; a null pointer leaves its slot empty.
void pack_codeword_pair(std::span<const flit* const, slots_per_pair> flits,
                        std::span<std::uint16_t, message_symbols> first,
                        std::span<std::uint16_t, message_symbols> second);

/// Unpacks the messages of a pair of codewords.
void unpack_codeword_pair(std::span<const std::uint16_t, message_symbols> first,
                          std::span<const std::uint16_t, message_symbols> second,
                          received_pair& to);

}  // namespace luxlane::coding
