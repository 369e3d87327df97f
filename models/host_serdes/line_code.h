#pragma once

#include <cstdint>
#include <span>

#include "models/photonics/lane_parameters.h"

namespace luxlane::host {

/// How bits become symbols. PAM4: the first bit of two is the high one; Gray code or plain binary,
/// precoding by 1 / (1 + D) modulo 4 (models/coding/pam4.h). NRZ has neither. Polarity turns the
/// levels over at the pins.
struct line_code {
    photonics::modulation format = photonics::modulation::pam4;
    bool gray = true;
    bool precode = false;
    bool inverted = false;

    unsigned bits_per_symbol() const { return format == photonics::modulation::pam4 ? 2 : 1; }
    bool operator==(const line_code&) const = default;
};

/// Turns `words` of bits into those of symbols as a transmitter sends them, in place: NRZ bits, or
/// PAM4 levels 0 .. 3, 32 a word, the first in bits 1:0.
void encode(const line_code& code, std::span<std::uint64_t> words);

/// The bits that a receiver makes of such symbols. Precoding's first symbol meets one before it of
/// level 0.
void decode(const line_code& code, std::span<std::uint64_t> words);

}  // namespace luxlane::host
