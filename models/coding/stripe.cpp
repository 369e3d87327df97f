#include "models/coding/stripe.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "models/coding/bit_io.h"

namespace luxlane::coding {
namespace {

// 32 rows of 10 bits are five whole words, and 32 rows of a few hundred lanes fit the first cache.
constexpr std::size_t tile_rows = 32;
constexpr std::size_t tile_words = 5;

}  // namespace

striping::striping(std::size_t lanes) : lanes_(lanes), rotates_(lanes % 2 == 0) {
    if (lanes == 0) {
        throw std::invalid_argument("striping: a link has at least one lane");
    }
}

std::size_t striping::rows_checked(std::size_t symbols, std::size_t lane_words,
                                   std::size_t words_per_lane) const {
    const std::size_t rows = symbols / lanes_;
    if (symbols % lanes_ != 0 || words_for_bits(10 * rows) > words_per_lane ||
        lane_words < lanes_ * words_per_lane) {
        throw std::invalid_argument("striping: " + std::to_string(symbols) + " symbols on " +
                                    std::to_string(lanes_) + " lanes of " +
                                    std::to_string(words_per_lane) + " words");
    }
    return rows;
}

void striping::scatter(std::span<const std::uint16_t> symbols, std::uint64_t first_row,
                       std::span<std::uint64_t> lane_words, std::size_t words_per_lane) const {
    const std::size_t rows = rows_checked(symbols.size(), lane_words.size(), words_per_lane);
    for (std::size_t begin = 0; begin < rows; begin += tile_rows) {
        const std::size_t count = std::min(tile_rows, rows - begin);
        const std::uint16_t* tile = symbols.data() + begin * lanes_;
        std::array<std::size_t, tile_rows> column;  // of the current lane, row by row
        for (std::size_t row = 0; row < count; ++row) {
            column[row] = row * lanes_ + column_of(0, first_row + begin + row);
        }
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            std::array<std::uint16_t, tile_rows> own;
            for (std::size_t row = 0; row < count; ++row) {
                own[row] = tile[column[row]];
                column[row] =
                    column[row] + 1 == (row + 1) * lanes_ ? row * lanes_ : column[row] + 1;
            }
            const std::size_t word = lane * words_per_lane + begin / tile_rows * tile_words;
            bits_from_symbols(std::span(own).first(count),
                              lane_words.subspan(word, words_for_bits(10 * count)));
        }
    }
}

void striping::gather(std::span<const std::uint64_t> lane_words, std::size_t words_per_lane,
                      std::uint64_t first_row, std::span<std::uint16_t> symbols) const {
    const std::size_t rows = rows_checked(symbols.size(), lane_words.size(), words_per_lane);
    for (std::size_t begin = 0; begin < rows; begin += tile_rows) {
        const std::size_t count = std::min(tile_rows, rows - begin);
        std::uint16_t* tile = symbols.data() + begin * lanes_;
        std::array<std::size_t, tile_rows> column;
        for (std::size_t row = 0; row < count; ++row) {
            column[row] = row * lanes_ + column_of(0, first_row + begin + row);
        }
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            std::array<std::uint16_t, tile_rows> own;
            const std::size_t word = lane * words_per_lane + begin / tile_rows * tile_words;
            symbols_from_bits(lane_words.subspan(word, words_for_bits(10 * count)),
                              std::span(own).first(count));
            for (std::size_t row = 0; row < count; ++row) {
                tile[column[row]] = own[row];
                column[row] =
                    column[row] + 1 == (row + 1) * lanes_ ? row * lanes_ : column[row] + 1;
            }
        }
    }
}

}  // namespace luxlane::coding
