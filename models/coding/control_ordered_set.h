#pragma once

#include <cstdint>
#include <optional>

namespace luxlane::coding {

/// Messages of the Ultra Ethernet link-layer retry (LLR).
enum class control_message : std::uint8_t { ack = 1, nack = 2, init = 3, init_echo = 4 };

/// Bits of a number of the link-layer retry.
inline constexpr unsigned retry_number_bits = 20;
inline constexpr std::uint32_t retry_number_mask = (1u << retry_number_bits) - 1;

/// One control ordered set ("CtlOS") of the link-layer retry.
struct control_ordered_set {
    control_message message = control_message::ack;
    std::uint32_t number = 0;  ///< 20 bits: newest flit received (ack, nack), first one to come
    std::uint16_t init_data =
        0;                    ///< init and init_echo only, else 0: returned unchanged in the echo
    std::uint8_t sender = 0;  ///< who sends it, 0 if he does not say: two bits, see slot_exchange
    friend bool operator==(const control_ordered_set&, const control_ordered_set&) = default;
};

/// The payload of the 64B/66B control block (sync header 2) that carries `set`, bit 0 first on the
/// wire. Ultra Ethernet Specification 1.0.1, 5.1.4, tables 5-7 and 5-8:
///
/// | bits  | octet | field                            |
/// |-------|-------|----------------------------------|
/// | 7:0   | D0    | block type 4Bh                   |
/// | 15:8  | D1    | message                          |
/// | 23:16 | D2    | number 19:12                     |
/// | 31:24 | D3    | number 11:4                      |
/// | 35:32 | D4    | O-code 6h                        |
/// | 39:36 | D4    | number 3:0                       |
/// | 47:40 | D5    | init_data 7:0, 0 in ack and nack |
/// | 55:48 | D6    | init_data 15:8, likewise         |
/// | 57:56 | D7    | sender, 0 in Ultra Ethernet      |
/// | 63:58 | D7    | 0                                |
///
/// The type and the O-code stand where Clause 82 puts those of any ordered set; bits 63:36, the
/// control codes C4..C7 of an ordinary 4Bh block, carry octets instead.
/// std::invalid_argument if `number` has more than 20 bits, `sender` more than 2, `message` is none
/// of the four or an ack or nack has init_data.
std::uint64_t encode_control(const control_ordered_set& set);

/// The set in a control block's payload, or nothing if it is not exactly what encode_control makes:
/// other block type or O-code (an ordinary ordered set), unknown message, reserved bits not 0.
std::optional<control_ordered_set> decode_control(std::uint64_t payload);

}  // namespace luxlane::coding
