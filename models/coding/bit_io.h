#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

/// Bit streams packed into 64-bit words: bit i of the stream, the i-th on the wire, is bit i mod 64
/// of word i / 64, and bit 0 of a field is its first bit. Positions are in bits. The caller keeps
/// every access inside the span; debug builds assert it.
namespace luxlane::coding {

/// Words that hold `bits` bits.
constexpr std::size_t words_for_bits(std::size_t bits) { return (bits + 63) / 64; }

/// The `count` (1..64) bits at `position`.
inline std::uint64_t read_bits(std::span<const std::uint64_t> words, std::size_t position,
                               unsigned count) {
    assert(count >= 1 && count <= 64 && position + count <= 64 * words.size());
    const std::size_t word = position / 64;
    const unsigned shift = position % 64;
    std::uint64_t value = words[word] >> shift;
    if (shift + count > 64) {
        value |= words[word + 1] << (64 - shift);
    }
    return value & (~std::uint64_t{0} >> (64 - count));
}

/// Replaces the `count` (1..64) bits at `position` by the low bits of `value`.
inline void write_bits(std::span<std::uint64_t> words, std::size_t position, unsigned count,
                       std::uint64_t value) {
    assert(count >= 1 && count <= 64 && position + count <= 64 * words.size());
    const std::size_t word = position / 64;
    const unsigned shift = position % 64;
    const std::uint64_t mask = ~std::uint64_t{0} >> (64 - count);
    value &= mask;
    words[word] = (words[word] & ~(mask << shift)) | (value << shift);
    if (shift + count > 64) {
        const unsigned low = 64 - shift;
        words[word + 1] = (words[word + 1] & ~(mask >> low)) | (value >> low);
    }
}

/// Copies `count` bits between streams that do not overlap.
inline void copy_bits(std::span<const std::uint64_t> from, std::size_t from_position,
                      std::span<std::uint64_t> to, std::size_t to_position, std::size_t count) {
    // Up to the first word boundary of the destination, then whole words, then the rest.
    while (count > 0) {
        const std::size_t room = 64 - to_position % 64;
        const auto step = static_cast<unsigned>(count < room ? count : room);
        write_bits(to, to_position, step, read_bits(from, from_position, step));
        from_position += step;
        to_position += step;
        count -= step;
    }
}

/// Unpacks 10-bit symbols: symbol i is bits 10 i .. 10 i + 9 of `bits`.
inline void symbols_from_bits(std::span<const std::uint64_t> bits,
                              std::span<std::uint16_t> symbols) {
    assert(10 * symbols.size() <= 64 * bits.size());
    const auto* bytes = reinterpret_cast<const unsigned char*>(bits.data());
    std::size_t i = 0;
    // Four symbols are five bytes; the eight-byte load must stay inside the span.
    for (; i + 8 <= symbols.size(); i += 4, bytes += 5) {
        std::uint64_t group;
        std::memcpy(&group, bytes, sizeof group);
        for (unsigned s = 0; s < 4; ++s) {
            symbols[i + s] = static_cast<std::uint16_t>((group >> (10 * s)) & 0x3FF);
        }
    }
    for (; i < symbols.size(); ++i) {
        symbols[i] = static_cast<std::uint16_t>(read_bits(bits, 10 * i, 10));
    }
}

/// Packs 10-bit symbols (values below 1024): symbol i becomes bits 10 i .. 10 i + 9 of `bits`; bits
/// behind the last symbol in its word become 0.
inline void bits_from_symbols(std::span<const std::uint16_t> symbols,
                              std::span<std::uint64_t> bits) {
    assert(10 * symbols.size() <= 64 * bits.size());
    std::uint64_t pending = 0;
    unsigned fill = 0;
    std::size_t word = 0;
    for (const std::uint64_t symbol : symbols) {
        pending |= symbol << fill;
        fill += 10;
        if (fill >= 64) {
            bits[word++] = pending;
            fill -= 64;
            pending = symbol >> (10 - fill);
        }
    }
    if (fill > 0) {
        bits[word] = pending;
    }
}

}  // namespace luxlane::coding
