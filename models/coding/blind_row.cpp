#include "models/coding/blind_row.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "models/coding/bit_io.h"
#include "models/coding/symbol_registers.h"

namespace luxlane::coding {
namespace {

constexpr std::size_t symbol_bits = 10;
constexpr std::size_t host_lanes = 8;
constexpr std::size_t pcs_per_host = 4;  // PCS lanes that one host lane multiplexes
constexpr std::size_t chunk_symbols = host_lanes * pcs_per_host;

using bytes = std::uint8_t __attribute__((vector_size(32)));
using vector32 = std::uint32_t __attribute__((vector_size(32)));
using vector64 = std::uint64_t __attribute__((vector_size(32)));

/// Bit b of up to 32 symbols, for each b.
using planes = std::array<std::uint32_t, symbol_bits>;

/// Symbols of PCS lane `pcs` of all host lanes in a chunk of `count`.
constexpr std::size_t hosts_of(std::size_t pcs, std::size_t count) {
    return (count + pcs_per_host - 1 - pcs) / pcs_per_host;
}

/// When the symbol at `place` of a chunk of `count` crosses: by PCS lane, then by host lane.
constexpr std::size_t rank_of(std::size_t place, std::size_t count) {
    std::size_t rank = place / pcs_per_host;
    for (std::size_t pcs = 0; pcs < place % pcs_per_host; ++pcs) {
        rank += hosts_of(pcs, count);
    }
    return rank;
}

inline planes split(const std::uint16_t* symbols) {
    constexpr order<0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40,
                    42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62>
        even;
    const auto first = bytes(load_symbols(symbols));
    const auto last = bytes(load_symbols(symbols + register_symbols));
    // Shifts of 16 bits: only the uppermost bit of every byte is asked for.
    const auto low = symbol_register(shuffle(first, last, even));
    const auto high = symbol_register(shuffle(first, last, moved<1>(even)));
    const auto uppermost = [](symbol_register v) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(__m256i(v)));
    };
    return {uppermost(low << 7),  uppermost(low << 6), uppermost(low << 5), uppermost(low << 4),
            uppermost(low << 3),  uppermost(low << 2), uppermost(low << 1), uppermost(low),
            uppermost(high << 7), uppermost(high << 6)};
}

/// The 32 bits at a position; up to seven bytes behind them are read, too.
inline std::uint32_t window(const std::uint64_t* bits, std::size_t position) {
    std::uint64_t v;
    std::memcpy(&v, reinterpret_cast<const unsigned char*>(bits) + position / 8, sizeof v);
    return static_cast<std::uint32_t>(v >> position % 8);
}

/// Byte s of the result holds bit s of each plane, plane 0 in bit 0.
inline bytes merge(vector32 plane) {
    constexpr order<0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29, 2, 6, 10, 14, 18, 22,
                    26, 30, 3, 7, 11, 15, 19, 23, 27, 31>
        by_group;
    // Four transpositions of 8 x 8 bits (Warren, Hacker's Delight, 7-3).
    auto x = vector64(shuffle(bytes(plane), by_group));
    vector64 swapped = (x ^ (x >> 7)) & 0x00AA00AA00AA00AA;
    x ^= swapped ^ (swapped << 7);
    swapped = (x ^ (x >> 14)) & 0x0000CCCC0000CCCC;
    x ^= swapped ^ (swapped << 14);
    swapped = (x ^ (x >> 28)) & 0x00000000F0F0F0F0;
    x ^= swapped ^ (swapped << 28);
    return bytes(x);
}

/// Symbols of the planes whose 32 bits stand at `position`, `position` + `step` and so on.
inline void merge(const std::uint64_t* bits, std::size_t position, std::size_t step,
                  std::uint16_t* symbols) {
    constexpr order<0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42,
                    11, 43, 12, 44, 13, 45, 14, 46, 15, 47>
        low_half;
    const auto plane = [&](std::size_t b) { return window(bits, position + b * step); };
    // In registers from the start: a load across ten fresh stores would wait for all of them.
    const bytes low = merge(
        vector32{plane(0), plane(1), plane(2), plane(3), plane(4), plane(5), plane(6), plane(7)});
    const bytes high = merge(vector32{plane(8), plane(9), 0, 0, 0, 0, 0, 0});
    store_symbols(symbol_register(shuffle(low, high, low_half)), symbols);
    store_symbols(symbol_register(shuffle(low, high, moved<16>(low_half))),
                  symbols + register_symbols);
}

}  // namespace

blind_row::blind_row(std::size_t lanes)
    : lanes_(lanes),
      bits_(words_for_bits(symbol_bits * (lanes + chunk_symbols)) + 1),
      planes_(symbol_bits * words_for_bits(lanes + chunk_symbols)),
      plane_words_(words_for_bits(lanes + chunk_symbols)) {
    const std::size_t last = lanes % chunk_symbols;
    for (std::size_t s = 0; s < last; ++s) {
        last_order_[s] = static_cast<std::uint8_t>(rank_of(s, last));
    }
}

/// Orders symbols of one chunk as they cross; what is missing becomes 0.
blind_row::chunk blind_row::crossing_order(std::span<const std::uint16_t> symbols) const {
    chunk ordered{};
    if (symbols.size() == chunk_symbols) {
        const symbol_register first = load_symbols(symbols.data());
        const symbol_register last = load_symbols(symbols.data() + register_symbols);
        const symbol_register even = even_symbols(first, last);
        const symbol_register odd = odd_symbols(first, last);
        store_symbols(even_symbols(even, odd), ordered.data());
        store_symbols(odd_symbols(even, odd), ordered.data() + register_symbols);
        return ordered;
    }
    for (std::size_t s = 0; s < symbols.size(); ++s) {
        ordered[last_order_[s]] = symbols[s];
    }
    return ordered;
}

/// The inverse of crossing_order.
void blind_row::restore_order(const chunk& ordered, std::span<std::uint16_t> symbols) const {
    if (symbols.size() == chunk_symbols) {
        const auto [even, odd] = alternate(load_symbols(ordered.data()),
                                           load_symbols(ordered.data() + register_symbols));
        const auto [first, last] = alternate(even, odd);
        store_symbols(first, symbols.data());
        store_symbols(last, symbols.data() + register_symbols);
        return;
    }
    for (std::size_t s = 0; s < symbols.size(); ++s) {
        symbols[s] = ordered[last_order_[s]];
    }
}

std::size_t blind_row::wire_bit(std::size_t lanes, std::size_t column, unsigned bit) {
    const std::size_t begin = column - column % chunk_symbols;
    const std::size_t count = std::min(chunk_symbols, lanes - begin);
    return symbol_bits * begin + bit * count + rank_of(column - begin, count);
}

std::size_t blind_row::symbol_bit(std::size_t lanes, std::size_t wire_bit) {
    const std::size_t begin = wire_bit / (symbol_bits * chunk_symbols) * chunk_symbols;
    const std::size_t count = std::min(chunk_symbols, lanes - begin);
    const std::size_t in_chunk = wire_bit - symbol_bits * begin;
    std::size_t host = in_chunk % count;
    std::size_t pcs = 0;
    for (; host >= hosts_of(pcs, count); ++pcs) {
        host -= hosts_of(pcs, count);
    }
    return symbol_bits * (begin + pcs_per_host * host + pcs) + in_chunk / count;
}

void blind_row::slice(std::span<const std::uint16_t> symbols, std::span<std::uint16_t> lane_bits) {
    const std::size_t whole = lanes_ - lanes_ % chunk_symbols;
    auto* const wire = reinterpret_cast<unsigned char*>(bits_.data());
    for (std::size_t begin = 0; begin < whole; begin += chunk_symbols) {
        const planes plane = split(crossing_order(symbols.subspan(begin, chunk_symbols)).data());
        std::memcpy(wire + symbol_bits * begin / 8, plane.data(), sizeof plane);
    }
    if (whole < lanes_) {
        const auto count = static_cast<unsigned>(lanes_ - whole);
        const planes plane = split(crossing_order(symbols.subspan(whole)).data());
        for (std::size_t b = 0; b < symbol_bits; ++b) {
            write_bits(bits_, symbol_bits * whole + b * count, count, plane[b]);
        }
    }
    for (std::size_t begin = 0; begin < whole; begin += chunk_symbols) {
        merge(bits_.data(), begin, lanes_, &lane_bits[begin]);
    }
    if (whole < lanes_) {
        chunk last;
        merge(bits_.data(), whole, lanes_, last.data());
        std::copy_n(last.begin(), lanes_ - whole, &lane_bits[whole]);
    }
}

void blind_row::join(std::span<const std::uint16_t> lane_bits, std::span<std::uint16_t> symbols) {
    const std::size_t whole = lanes_ - lanes_ % chunk_symbols;
    auto* const by_plane = reinterpret_cast<unsigned char*>(planes_.data());
    const auto keep = [&](const std::uint16_t* lanes, std::size_t begin) {
        const planes plane = split(lanes);
        for (std::size_t b = 0; b < symbol_bits; ++b) {
            std::memcpy(by_plane + b * plane_words_ * sizeof(std::uint64_t) + begin / 8, &plane[b],
                        sizeof plane[b]);
        }
    };
    for (std::size_t begin = 0; begin < whole; begin += chunk_symbols) {
        keep(&lane_bits[begin], begin);
    }
    if (whole < lanes_) {
        chunk last{};
        std::copy(lane_bits.begin() + static_cast<long>(whole), lane_bits.end(), last.begin());
        keep(last.data(), whole);
    }
    for (std::size_t b = 0; b < symbol_bits; ++b) {
        copy_bits(planes_, b * plane_words_ * 64, bits_, b * lanes_, lanes_);
    }
    chunk ordered;
    for (std::size_t begin = 0; begin < lanes_; begin += chunk_symbols) {
        const std::size_t count = std::min(chunk_symbols, lanes_ - begin);
        merge(bits_.data(), symbol_bits * begin, count, ordered.data());
        restore_order(ordered, symbols.subspan(begin, count));
    }
}

}  // namespace luxlane::coding
