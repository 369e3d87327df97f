#include "models/dsp/deskew.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace luxlane::dsp {

namespace {

/// 64 bits from `position`, zeros behind the end.
std::uint64_t bits_from(std::span<const std::uint64_t> bits, std::size_t position) {
    const std::size_t word = position / 64;
    const unsigned shift = position % 64;
    const std::uint64_t low = bits[word] >> shift;
    return shift && word + 1 < bits.size() ? low | bits[word + 1] << (64 - shift) : low;
}

}  // namespace

std::optional<std::size_t> find_training_word(std::span<const std::uint64_t> bits,
                                              std::uint64_t pattern, unsigned length,
                                              unsigned allowed_errors) {
    if (length == 0 || length > 64 || 2 * allowed_errors >= length)
        throw std::out_of_range(
            "find_training_word: pattern of 1 to 64 bits, errors in fewer than half of them");
    const std::uint64_t mask = ~std::uint64_t{0} >> (64 - length);
    std::optional<std::size_t> found;
    unsigned fewest = allowed_errors + 1;
    for (std::size_t position = 0; position + length <= bits.size() * 64; ++position) {
        const auto wrong =
            static_cast<unsigned>(std::popcount((bits_from(bits, position) ^ pattern) & mask));
        if (wrong < fewest) {
            fewest = wrong;
            found = position;
        }
    }
    return found;
}

std::optional<std::vector<std::uint32_t>> word_alignment(
    std::span<const std::span<const std::uint64_t>> lanes, std::uint64_t pattern, unsigned length,
    unsigned allowed_errors) {
    std::vector<std::size_t> position;
    std::size_t slowest = 0;
    for (const auto& lane : lanes) {
        const auto found = find_training_word(lane, pattern, length, allowed_errors);
        if (!found)
            return std::nullopt;
        position.push_back(*found);
        slowest = std::max(slowest, *found);
    }
    std::vector<std::uint32_t> wait;
    wait.reserve(position.size());
    for (const std::size_t p : position)
        wait.push_back(static_cast<std::uint32_t>(slowest - p));
    return wait;
}

}  // namespace luxlane::dsp
