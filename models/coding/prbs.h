#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// Pseudo-random bit sequences by the length of their shift register (ITU-T O.150; PRBS13 from
/// IEEE Std 802.3 94.3.10.8). Not inverted: 802.3 sends PRBS31 inverted, ITU-T also 15 and 23.
enum class prbs_kind : std::uint8_t {
    prbs7 = 7,
    prbs9 = 9,
    prbs11 = 11,
    prbs13 = 13,
    prbs15 = 15,
    prbs23 = 23,
    prbs31 = 31
};

/// The bit delays whose exclusive or is the next bit; a delay of 0 means none.
constexpr std::array<unsigned, 4> prbs_taps(prbs_kind kind) {
    switch (kind) {
        case prbs_kind::prbs7:
            return {7, 6, 0, 0};
        case prbs_kind::prbs9:
            return {9, 5, 0, 0};
        case prbs_kind::prbs11:
            return {11, 9, 0, 0};
        case prbs_kind::prbs13:
            return {13, 12, 2, 1};
        case prbs_kind::prbs15:
            return {15, 14, 0, 0};
        case prbs_kind::prbs23:
            return {23, 18, 0, 0};
        case prbs_kind::prbs31:
            return {31, 28, 0, 0};
    }
    return {};
}

/// Bits after which the sequence repeats, 2^n - 1.
constexpr std::uint64_t prbs_period(prbs_kind kind) {
    return (std::uint64_t{1} << static_cast<unsigned>(kind)) - 1;
}

/// Produces a PRBS, 64 bits at a time.
///
/// A sequence that obeys b[i] = b[i-n] ^ b[i-m] also obeys b[i] = b[i-64n] ^ b[i-64m], because
/// squaring a polynomial over GF(2) six times multiplies its exponents by 64: so whole words follow
/// from the word n and the word m before.
class prbs_generator {
public:
    /// `seed` bit k is the bit sent k + 1 bits before the first one; the first bit produced is the
    /// feedback of the seed. std::invalid_argument if its low n bits are all 0.
    prbs_generator(prbs_kind kind, std::uint32_t seed);

    /// The next 64 bits, the first one in bit 0.
    std::uint64_t next_word();

    /// Fills `words` with the bits that follow, bit 0 of the first word first. Several times faster
    /// than single words when there are more than n of them.
    void fill(std::span<std::uint64_t> words);

private:
    std::array<unsigned, 4> taps_;
    std::size_t length_;                       // n: words kept
    std::size_t oldest_ = 0;                   // index of the word sent n words before
    std::size_t unsent_ = 0;                   // words of the ring not handed out yet
    std::array<std::uint64_t, 31> history_{};  // ring of n words
};

}  // namespace luxlane::coding
