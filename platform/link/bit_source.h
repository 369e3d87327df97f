#pragma once

#include <array>
#include <cstdint>

#include "models/common/random.h"

namespace luxlane::link {

/// Random words by their index -2 ..; any order, always the same.
inline std::uint64_t random_word(const stream_key& key, std::int64_t index) {
    const auto position = static_cast<std::uint64_t>(index + 2);
    const auto block = random_block(key, position / 2);
    const std::size_t half = position % 2 * 2;
    return static_cast<std::uint64_t>(block[half]) << 32 | block[half + 1];
}

/// What the random streams of a count are for.
enum stream : std::uint32_t {
    low_bits = 0x4c0,
    high_bits,
    sample_noise,
    random_jitter,
    slow_jitter,
    rare_patterns
};

}  // namespace luxlane::link
