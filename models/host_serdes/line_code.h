#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/photonics/lane_parameters.h"

namespace luxlane::host {

/// How bits become symbols. PAM4: the first bit of two is the high one; Gray codes 00 01 11 10 or
/// plain binary (IEEE Std 802.3 120.5.7.1); precoding sends the running difference modulo 4
/// (1 / (1 + D), 135.5.7.2). NRZ has neither. Polarity turns the levels over at the pins.
struct line_code {
    photonics::modulation format = photonics::modulation::pam4;
    bool gray = true;
    bool precode = false;
    bool inverted = false;

    unsigned bits_per_symbol() const { return format == photonics::modulation::pam4 ? 2 : 1; }
    bool operator==(const line_code&) const = default;
};

/// Value of a PAM4 symbol's two bits, the first in bit 0 of `pair`; and back.
constexpr unsigned level_of_bits(unsigned pair, bool gray) {
    const unsigned high = pair & 1, low = pair >> 1 & 1;
    return 2 * high + (gray ? low ^ high : low);
}
constexpr unsigned bits_of_level(unsigned level, bool gray) {
    const unsigned high = level >> 1, low = gray ? (level & 1) ^ high : level & 1;
    return high | low << 1;
}

/// Symbols of one transmitter, one after the other.
class line_encoder {
public:
    explicit line_encoder(const line_code& code) : code_(code) {}

    /// `bits` is one symbol's, the first in bit 0.
    unsigned symbol(unsigned bits) {
        if (code_.format == photonics::modulation::nrz)
            return code_.inverted ? bits ^ 1 : bits;
        unsigned level = level_of_bits(bits, code_.gray);
        if (code_.precode)
            level = before_ = (level - before_) & 3;
        return code_.inverted ? 3 - level : level;
    }

private:
    line_code code_;
    unsigned before_ = 0;
};

/// The bits of a receiver's decisions.
class line_decoder {
public:
    explicit line_decoder(const line_code& code) : code_(code) {}

    unsigned bits(unsigned symbol) {
        if (code_.format == photonics::modulation::nrz)
            return code_.inverted ? symbol ^ 1 : symbol;
        unsigned level = code_.inverted ? 3 - symbol : symbol;
        if (code_.precode) {
            const unsigned sum = (level + before_) & 3;
            before_ = level;
            level = sum;
        }
        return bits_of_level(level, code_.gray);
    }

private:
    line_code code_;
    unsigned before_ = 0;
};

}  // namespace luxlane::host
