#include "models/coding/control_ordered_set.h"

#include <stdexcept>

namespace luxlane::coding {
namespace {

constexpr std::uint64_t block_type = 0x4B;
constexpr std::uint64_t o_code = 0x6;
constexpr unsigned largest_sender = 3;

bool known(std::uint64_t message) {
    return message >= static_cast<std::uint64_t>(control_message::ack) &&
           message <= static_cast<std::uint64_t>(control_message::init_echo);
}

bool carries_data(control_message message) {
    return message == control_message::init || message == control_message::init_echo;
}

}  // namespace

std::uint64_t encode_control(const control_ordered_set& set) {
    const auto message = static_cast<std::uint64_t>(set.message);
    if (!known(message) || set.number > retry_number_mask || set.sender > largest_sender ||
        (set.init_data != 0 && !carries_data(set.message))) {
        throw std::invalid_argument("encode_control: no such control ordered set");
    }
    const std::uint64_t number = set.number;
    return block_type | message << 8 | (number >> 12) << 16 | ((number >> 4) & 0xFF) << 24 |
           o_code << 32 | (number & 0xF) << 36 | std::uint64_t{set.init_data} << 40 |
           std::uint64_t{set.sender} << 56;
}

std::optional<control_ordered_set> decode_control(std::uint64_t payload) {
    const std::uint64_t message = (payload >> 8) & 0xFF;
    if ((payload & 0xFF) != block_type || ((payload >> 32) & 0xF) != o_code || !known(message) ||
        payload >> 56 > largest_sender) {
        return std::nullopt;
    }
    control_ordered_set set;
    set.message = static_cast<control_message>(message);
    set.number = static_cast<std::uint32_t>((payload >> 16 & 0xFF) << 12 |
                                            (payload >> 24 & 0xFF) << 4 | (payload >> 36 & 0xF));
    set.init_data = static_cast<std::uint16_t>(payload >> 40);
    set.sender = static_cast<std::uint8_t>(payload >> 56);
    if (set.init_data != 0 && !carries_data(set.message)) {
        return std::nullopt;
    }
    return set;
}

}  // namespace luxlane::coding
