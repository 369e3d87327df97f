#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The self-synchronous scrambler 1 + x^39 + x^58 of IEEE Std 802.3 49.2.6, used from 10G to 800G:
/// each bit sent is the payload's bit exclusive-ored with the bits sent 39 and 58 bits before. A
/// descrambler is right 58 bits after it began, whatever its state; one wrong bit on the line makes
/// three wrong bits, 0, 39 and 58 bits later.
///
/// The shortest delay being 39 bits, a word of 64 follows from the word before it in two steps.
/// Headers of 66-bit blocks are not scrambled: give payloads only.
namespace luxlane::coding {

/// State after reset, and what a re-seeded stream starts from: 64 bits, the newest in bit 63, of
/// which the 58 newest count.
inline constexpr std::uint64_t scrambler_reset = ~std::uint64_t{0};

class scrambler {
public:
    /// `state`: the 64 bits sent before, the newest in bit 63. Any is allowed.
    explicit scrambler(std::uint64_t state = scrambler_reset) : sent_(state) {}

    /// Scrambles the 64 bits of a payload, bit 0 first.
    std::uint64_t scramble(std::uint64_t payload) noexcept {
        const std::uint64_t begun = payload ^ sent_ >> (64 - 39) ^ sent_ >> (64 - 58);
        return sent_ = begun ^ begun << 39 ^ begun << 58;
    }

    /// Scrambles `count` bits at `position` of `words` (packed as bit_io.h says) where they are.
    void scramble(std::span<std::uint64_t> words, std::size_t position, std::size_t count) noexcept;

    std::uint64_t state() const { return sent_; }

private:
    std::uint64_t sent_;
};

class descrambler {
public:
    /// `state`: the 64 bits received before, the newest in bit 63. Any is allowed.
    explicit descrambler(std::uint64_t state = scrambler_reset) : received_(state) {}

    /// Descrambles 64 bits of payload, bit 0 first.
    std::uint64_t descramble(std::uint64_t payload) noexcept {
        const std::uint64_t before = received_;
        received_ = payload;
        return payload ^ (payload << 39 | before >> (64 - 39)) ^
               (payload << 58 | before >> (64 - 58));
    }

    /// Descrambles `count` bits at `position` of `words` where they are.
    void descramble(std::span<std::uint64_t> words, std::size_t position,
                    std::size_t count) noexcept;

    std::uint64_t state() const { return received_; }

private:
    std::uint64_t received_;
};

}  // namespace luxlane::coding
