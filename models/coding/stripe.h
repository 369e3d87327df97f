#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// How the stream of 10-bit FEC symbols is dealt to the logical lanes of the wide link.
///
/// Symbol i stands in row i / L of lane (i + i / L) mod L. The rotation by one lane a row keeps
/// two, or four, interleaved codewords spread over all lanes, which a plain i mod L does not when
/// the interleave divides L; an odd L is coprime to it, and there plain order is the better one.
class striping {
public:
    /// `lanes` is L, at least 1; std::invalid_argument otherwise.
    explicit striping(std::size_t lanes);

    std::size_t lanes() const { return lanes_; }
    bool rotates() const { return rotates_; }

    std::uint64_t row_of(std::uint64_t index) const { return index / lanes_; }
    std::size_t lane_of(std::uint64_t index) const {
        return static_cast<std::size_t>((index + (rotates_ ? index / lanes_ : 0)) % lanes_);
    }
    std::uint64_t index_of(std::size_t lane, std::uint64_t row) const {
        return row * lanes_ + column_of(lane, row);
    }

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
    /// Place inside its row of the symbol that `lane` carries.
    std::size_t column_of(std::size_t lane, std::uint64_t row) const {
        const std::size_t turn = rotates_ ? static_cast<std::size_t>(row % lanes_) : 0;
        return lane >= turn ? lane - turn : lane + lanes_ - turn;
    }
    std::size_t rows_checked(std::size_t symbols, std::size_t lane_words,
                             std::size_t words_per_lane) const;

    std::size_t lanes_;
    bool rotates_;
};

}  // namespace luxlane::coding
