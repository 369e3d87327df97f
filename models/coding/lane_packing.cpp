#include "models/coding/lane_packing.h"

#include <algorithm>
#include <array>

#include "models/coding/bit_io.h"
#include "models/coding/symbol_registers.h"

namespace luxlane::coding::lane_packing {
namespace {

/// A register of sixteen lanes, and what it is as double words and as words of lanes.
using vector16 = symbol_register;
using vector32 = std::uint32_t __attribute__((vector_size(32)));
using vector64 = std::uint64_t __attribute__((vector_size(32)));

// Eight rows of 10 bits are five 16-bit columns of a lane's words.
constexpr std::size_t unit_rows = 8;
constexpr std::size_t unit_columns = 5;
constexpr std::size_t tile_columns = 4 * tile_words;
constexpr std::size_t columns_per_word = 4;

using columns = std::array<vector16, tile_columns>;
/// One word of each of sixteen lanes. Register m holds lanes 2m, 2m + 1, 8 + 2m and 9 + 2m, the
/// order in which interleaving inside the halves of registers leaves them.
using lane_word = std::array<vector64, columns_per_word>;

constexpr std::size_t lane_in_register(std::size_t m, std::size_t i) {
    return 2 * m + i % 2 + 8 * (i / 2);
}

void pack_unit(const std::uint16_t* rows, std::size_t stride, vector16* out) {
    std::array<vector16, unit_rows> s;
#pragma GCC unroll 8
    for (std::size_t r = 0; r < unit_rows; ++r) {
        s[r] = load_symbols(rows + r * stride);
    }
    out[0] = s[0] | s[1] << 10;
    out[1] = s[1] >> 6 | s[2] << 4 | s[3] << 14;
    out[2] = s[3] >> 2 | s[4] << 8;
    out[3] = s[4] >> 8 | s[5] << 2 | s[6] << 12;
    out[4] = s[6] >> 4 | s[7] << 6;
}

void unpack_unit(const vector16* in, std::uint16_t* rows, std::size_t stride) {
    const std::array<vector16, unit_rows> s = {in[0],
                                               in[0] >> 10 | in[1] << 6,
                                               in[1] >> 4,
                                               in[1] >> 14 | in[2] << 2,
                                               in[2] >> 8 | in[3] << 8,
                                               in[3] >> 2,
                                               in[3] >> 12 | in[4] << 4,
                                               in[4] >> 6};
#pragma GCC unroll 8
    for (std::size_t r = 0; r < unit_rows; ++r) {
        store_symbols(s[r] & 0x3FF, rows + r * stride);
    }
}

/// Four columns of sixteen lanes become one word of each lane.
lane_word words_of(const vector16* column) {
    constexpr order<0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27> low;
    constexpr order<4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31> high;
    constexpr order<0, 8, 1, 9, 4, 12, 5, 13> low32;
    constexpr order<2, 10, 3, 11, 6, 14, 7, 15> high32;
    const auto begin_low = vector32(shuffle(column[0], column[1], low));
    const auto begin_high = vector32(shuffle(column[0], column[1], high));
    const auto end_low = vector32(shuffle(column[2], column[3], low));
    const auto end_high = vector32(shuffle(column[2], column[3], high));
    return {vector64(shuffle(begin_low, end_low, low32)),
            vector64(shuffle(begin_low, end_low, high32)),
            vector64(shuffle(begin_high, end_high, low32)),
            vector64(shuffle(begin_high, end_high, high32))};
}

/// The inverse of words_of.
void columns_of(const lane_word& words, vector16* column) {
    // Two lanes' words in each half become four pairs of equal columns; then pairs are transposed.
    constexpr order<0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15> pairs;
    constexpr order<0, 8, 1, 9, 4, 12, 5, 13> low32;
    constexpr order<2, 10, 3, 11, 6, 14, 7, 15> high32;
    constexpr order<0, 4, 2, 6> low64;
    constexpr order<1, 5, 3, 7> high64;
    std::array<vector32, columns_per_word> v;
#pragma GCC unroll 4
    for (std::size_t m = 0; m < columns_per_word; ++m) {
        v[m] = vector32(shuffle(vector16(words[m]), pairs));
    }
    const auto begin01 = vector64(shuffle(v[0], v[1], low32));
    const auto begin23 = vector64(shuffle(v[0], v[1], high32));
    const auto end01 = vector64(shuffle(v[2], v[3], low32));
    const auto end23 = vector64(shuffle(v[2], v[3], high32));
    column[0] = vector16(shuffle(begin01, end01, low64));
    column[1] = vector16(shuffle(begin01, end01, high64));
    column[2] = vector16(shuffle(begin23, end23, low64));
    column[3] = vector16(shuffle(begin23, end23, high64));
}

/// Word 0 of up to sixteen lanes, `stride` words apart; lanes beyond `used` read as 0.
lane_word load_words(const std::uint64_t* from, std::size_t stride, std::size_t used) {
    const auto at = [&](std::size_t m, std::size_t i) {
        return from[lane_in_register(m, i) * stride];
    };
    if (used == group_lanes) {
        return {vector64{at(0, 0), at(0, 1), at(0, 2), at(0, 3)},
                vector64{at(1, 0), at(1, 1), at(1, 2), at(1, 3)},
                vector64{at(2, 0), at(2, 1), at(2, 2), at(2, 3)},
                vector64{at(3, 0), at(3, 1), at(3, 2), at(3, 3)}};
    }
    lane_word word{};
    for (std::size_t i = 0; i < group_lanes; ++i) {
        if (lane_in_register(i / 4, i % 4) < used) {
            word[i / 4][i % 4] = at(i / 4, i % 4);
        }
    }
    return word;
}

/// The inverse of load_words; lanes beyond `used` are not written.
void store_words(const lane_word& word, std::uint64_t* to, std::size_t stride, std::size_t used) {
    if (used == group_lanes) {
#pragma GCC unroll 16
        for (std::size_t i = 0; i < group_lanes; ++i) {
            to[lane_in_register(i / 4, i % 4) * stride] = word[i / 4][i % 4];
        }
        return;
    }
    for (std::size_t i = 0; i < group_lanes; ++i) {
        if (lane_in_register(i / 4, i % 4) < used) {
            to[lane_in_register(i / 4, i % 4) * stride] = word[i / 4][i % 4];
        }
    }
}

}  // namespace

void pack(const std::uint16_t* rows, std::size_t count, std::size_t lanes, std::uint64_t* out,
          std::size_t words_per_lane) {
    const std::size_t stride = row_stride(lanes);
    const std::size_t words = words_for_bits(10 * count);
    columns column;
    for (std::size_t first = 0; first < lanes; first += group_lanes) {
        for (std::size_t unit = 0; unit * unit_rows < count; ++unit) {
            pack_unit(rows + unit * unit_rows * stride + first, stride,
                      &column[unit * unit_columns]);
        }
        for (std::size_t w = 0; w < words; ++w) {
            store_words(words_of(&column[w * columns_per_word]), out + first * words_per_lane + w,
                        words_per_lane, std::min(group_lanes, lanes - first));
        }
    }
}

void unpack(const std::uint64_t* in, std::size_t words_per_lane, std::size_t count,
            std::size_t lanes, std::uint16_t* rows) {
    const std::size_t stride = row_stride(lanes);
    const std::size_t words = words_for_bits(10 * count);
    columns column;
    for (std::size_t first = 0; first < lanes; first += group_lanes) {
        for (std::size_t w = 0; w < words; ++w) {
            columns_of(load_words(in + first * words_per_lane + w, words_per_lane,
                                  std::min(group_lanes, lanes - first)),
                       &column[w * columns_per_word]);
        }
        for (std::size_t unit = 0; unit * unit_rows < count; ++unit) {
            unpack_unit(&column[unit * unit_columns], rows + unit * unit_rows * stride + first,
                        stride);
        }
    }
}

}  // namespace luxlane::coding::lane_packing
