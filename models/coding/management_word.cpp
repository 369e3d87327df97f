#include "models/coding/management_word.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace luxlane::coding::management_word {

decoded decode(std::span<const std::uint8_t> flags, std::span<const std::uint8_t> usable) {
    if (flags.size() != usable.size()) {
        throw std::invalid_argument("management word: one usable mark for each lane's flags");
    }
    std::array<std::array<std::uint32_t, 4>, nibbles> ones{};
    std::array<std::uint32_t, nibbles> voters{};
    for (std::size_t lane = 0; lane < flags.size(); ++lane) {
        if (usable[lane] != 0) {
            const std::size_t nibble = lane % nibbles;
            ++voters[nibble];
            for (unsigned bit = 0; bit < 4; ++bit) {
                ones[nibble][bit] += (flags[lane] >> bit) & 1u;
            }
        }
    }
    decoded result;
    result.decided = true;
    for (unsigned nibble = 0; nibble < nibbles; ++nibble) {
        for (unsigned bit = 0; bit < 4; ++bit) {
            const std::uint32_t for_one = ones[nibble][bit];
            const std::uint32_t for_zero = voters[nibble] - for_one;
            if (for_one > for_zero) {
                result.word |= 1u << (4 * nibble + bit);
            }
            result.decided = result.decided && for_one != for_zero;
            result.dissents += std::min(for_one, for_zero);
        }
    }
    return result;
}

}  // namespace luxlane::coding::management_word
