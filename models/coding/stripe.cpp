#include "models/coding/stripe.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/blind_row.h"
#include "models/coding/lane_packing.h"
#include "models/coding/symbol_registers.h"

namespace luxlane::coding {
namespace {

using namespace lane_packing;

constexpr std::size_t row_bits = 10;  // of a lane

/// A memcpy of unknown length would be a string instruction, at a dozen times the cost.
void copy_symbols(const std::uint16_t* from, std::size_t count, std::uint16_t* to) {
    if (count < register_symbols) {
        for (std::size_t i = 0; i < count; ++i) {
            to[i] = from[i];
        }
        return;
    }
    for (std::size_t i = 0; i + register_symbols < count; i += register_symbols) {
        store_symbols(load_symbols(from + i), to + i);
    }
    const std::size_t last = count - register_symbols;
    store_symbols(load_symbols(from + last), to + last);
}

}  // namespace

striping::striping(std::size_t lanes, gearbox_mode mode)
    : lanes_(lanes), mode_(mode), rotates_(mode == gearbox_mode::aligned && lanes % 2 == 0) {
    if (lanes == 0) {
        throw std::invalid_argument("striping: a link has at least one lane");
    }
}

symbol_bit striping::symbol_at(const lane_bit& place) const {
    const std::uint64_t row = place.bit / row_bits;
    const auto bit = static_cast<unsigned>(place.bit % row_bits);
    if (mode_ == gearbox_mode::aligned) {
        return {index_of(place.lane, row), bit};
    }
    const std::size_t in_row = blind_row::symbol_bit(lanes_, bit * lanes_ + place.lane);
    return {row * lanes_ + in_row / row_bits, static_cast<unsigned>(in_row % row_bits)};
}

lane_bit striping::place_of(const symbol_bit& symbol) const {
    const std::uint64_t row = row_of(symbol.index);
    if (mode_ == gearbox_mode::aligned) {
        return {lane_of(symbol.index), row * row_bits + symbol.bit};
    }
    const std::size_t in_row =
        blind_row::wire_bit(lanes_, static_cast<std::size_t>(symbol.index % lanes_), symbol.bit);
    return {in_row % lanes_, row * row_bits + in_row / lanes_};
}

std::size_t striping::rows_checked(std::size_t symbols, std::size_t lane_words,
                                   std::size_t words_per_lane) const {
    const std::size_t rows = symbols / lanes_;
    if (symbols % lanes_ != 0 || words_for_bits(row_bits * rows) > words_per_lane ||
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
    const std::size_t stride = row_stride(lanes_);
    std::vector<std::uint16_t> tile(stored_rows(std::min(rows, tile_rows)) * stride);
    blind_row slicer(mode_ == gearbox_mode::blind ? lanes_ : 0);
    for (std::size_t begin = 0; begin < rows; begin += tile_rows) {
        const std::size_t count = std::min(tile_rows, rows - begin);
        for (std::size_t row = 0; row < count; ++row) {
            const auto source = symbols.subspan((begin + row) * lanes_, lanes_);
            std::uint16_t* const target = &tile[row * stride];
            if (mode_ == gearbox_mode::blind) {
                slicer.slice(source, {target, lanes_});
            } else {
                const std::size_t turn = turn_of(first_row + begin + row);
                copy_symbols(source.data() + (lanes_ - turn), turn, target);
                copy_symbols(source.data(), lanes_ - turn, target + turn);
            }
        }
        std::fill(tile.begin() + static_cast<long>(count * stride),
                  tile.begin() + static_cast<long>(stored_rows(count) * stride), std::uint16_t{0});
        pack(tile.data(), count, lanes_, &lane_words[begin / tile_rows * tile_words],
             words_per_lane);
    }
}

void striping::gather(std::span<const std::uint64_t> lane_words, std::size_t words_per_lane,
                      std::uint64_t first_row, std::span<std::uint16_t> symbols) const {
    const std::size_t rows = rows_checked(symbols.size(), lane_words.size(), words_per_lane);
    const std::size_t stride = row_stride(lanes_);
    std::vector<std::uint16_t> tile(stored_rows(std::min(rows, tile_rows)) * stride);
    blind_row slicer(mode_ == gearbox_mode::blind ? lanes_ : 0);
    for (std::size_t begin = 0; begin < rows; begin += tile_rows) {
        const std::size_t count = std::min(tile_rows, rows - begin);
        unpack(&lane_words[begin / tile_rows * tile_words], words_per_lane, count, lanes_,
               tile.data());
        for (std::size_t row = 0; row < count; ++row) {
            const std::uint16_t* const source = &tile[row * stride];
            const auto target = symbols.subspan((begin + row) * lanes_, lanes_);
            if (mode_ == gearbox_mode::blind) {
                slicer.join({source, lanes_}, target);
            } else {
                const std::size_t turn = turn_of(first_row + begin + row);
                copy_symbols(source, turn, target.data() + (lanes_ - turn));
                copy_symbols(source + turn, lanes_ - turn, target.data());
            }
        }
    }
}

}  // namespace luxlane::coding
