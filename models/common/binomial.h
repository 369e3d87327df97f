#pragma once

#include <cstdint>

#include "models/common/random.h"

namespace luxlane {

/// Successes in `trials` independent trials of `probability` (limited to 0 .. 1), from the one
/// uniform or normal deviate at `position` of the stream: by inversion up to a mean of 30 of the
/// rarer outcome, by the normal approximation beyond.
std::uint64_t binomial(const stream_key& key, std::uint64_t position, std::uint64_t trials,
                       double probability);

}  // namespace luxlane
