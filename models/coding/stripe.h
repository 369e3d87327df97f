#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/coding/gearbox_mode.h"

namespace luxlane::coding {

/// A bit of a FEC symbol: symbol `index` of the wire order, bit 0 is sent first.
struct symbol_bit {
    std::uint64_t index;
    unsigned bit;
    bool operator==(const symbol_bit&) const = default;
};

/// A payload bit of a logical lane, counted from the lane's first row, ten bits a row.
struct lane_bit {
    std::size_t lane;
    std::uint64_t bit;
    bool operator==(const lane_bit&) const = default;
};

/// How the stream of 10-bit FEC symbols is dealt to the L logical lanes of the wide link. A row is
/// L symbols in, and ten bits of every lane out.
///
/// Aligned: symbol i stands whole in row i / L of lane (i + i / L) mod L. The rotation by one lane
/// a row keeps two, or four, interleaved codewords spread over all lanes, which a plain i mod L
/// does not when the interleave divides L; an odd L is coprime to it, and there plain order is the
/// better one.
///
/// Blind: the host's eight lanes, each of four bit-multiplexed PCS lanes (800GAUI-8, IEEE Std
/// 802.3 clauses 172 and 173), are sliced as they come. A row is cut into chunks of 32 symbols, the
/// last of what is left; symbol 4a + m of a chunk is PCS lane m of host lane a, and its bit j
/// crosses in unit interval 4j + m. Bit b of the row, in the order of unit intervals, then of host
/// lanes, becomes bit b / L of lane b mod L.
class striping {
public:
    /// `lanes` is L, at least 1; std::invalid_argument otherwise.
    explicit striping(std::size_t lanes, gearbox_mode mode = gearbox_mode::aligned);

    std::size_t lanes() const { return lanes_; }
    gearbox_mode mode() const { return mode_; }
    bool rotates() const { return rotates_; }

    std::uint64_t row_of(std::uint64_t index) const { return index / lanes_; }
    /// Lane of a whole symbol; aligned mode only.
    std::size_t lane_of(std::uint64_t index) const {
        return static_cast<std::size_t>((index + (rotates_ ? index / lanes_ : 0)) % lanes_);
    }
    /// The symbol that stands whole in a row of a lane; aligned mode only.
    std::uint64_t index_of(std::size_t lane, std::uint64_t row) const {
        return row * lanes_ + column_of(lane, row);
    }

    /// Which symbol's bit a lane carries at a place, in either mode.
    symbol_bit symbol_at(const lane_bit& place) const;
    /// Where a symbol's bit is carried, in either mode; the inverse of symbol_at.
    lane_bit place_of(const symbol_bit& symbol) const;

    /// Deals whole rows to the lanes: `symbols` holds rows x L symbols, values below 1024, the
    /// first of them symbol 0 of `first_row`. Lane l receives its symbols bit-packed, 10 bits a row
    /// from bit 0 of word l x `words_per_lane` of `lane_words`; bits behind the last row in its
    /// word become 0. std::invalid_argument if the rows are not whole or do not fit.
    void scatter(std::span<const std::uint16_t> symbols, std::uint64_t first_row,
                 std::span<std::uint64_t> lane_words, std::size_t words_per_lane) const;

    /// The inverse of scatter: fills `symbols` from the lanes' bits. Same shapes, same errors.
    void gather(std::span<const std::uint64_t> lane_words, std::size_t words_per_lane,
                std::uint64_t first_row, std::span<std::uint16_t> symbols) const;

private:
    /// By how many lanes a row is turned.
    std::size_t turn_of(std::uint64_t row) const {
        return rotates_ ? static_cast<std::size_t>(row % lanes_) : 0;
    }
    /// Place inside its row of the symbol that `lane` carries.
    std::size_t column_of(std::size_t lane, std::uint64_t row) const {
        const std::size_t turn = turn_of(row);
        return lane >= turn ? lane - turn : lane + lanes_ - turn;
    }
    std::size_t rows_checked(std::size_t symbols, std::size_t lane_words,
                             std::size_t words_per_lane) const;

    std::size_t lanes_;
    gearbox_mode mode_;
    bool rotates_;
};

}  // namespace luxlane::coding
