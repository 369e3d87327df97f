#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luxlane::coding {

/// One row of the blind gearbox (models/coding/stripe.h): L symbols as the host's PCS lanes carry
/// them, and the ten bits that each of L lanes takes of them. Holds the bits of a row in between.
class blind_row {
public:
    /// `lanes` is L, at least 1.
    explicit blind_row(std::size_t lanes);

    /// Bit of the row, in wire order, that bit `bit` of the symbol at `column` becomes.
    static std::size_t wire_bit(std::size_t lanes, std::size_t column, unsigned bit);
    /// The inverse of wire_bit: ten times the column, plus the bit.
    static std::size_t symbol_bit(std::size_t lanes, std::size_t wire_bit);

    /// Ten bits for each lane, bit 0 first, of a row of L symbols.
    void slice(std::span<const std::uint16_t> symbols, std::span<std::uint16_t> lane_bits);
    /// The inverse of slice.
    void join(std::span<const std::uint16_t> lane_bits, std::span<std::uint16_t> symbols);

private:
    using chunk = std::array<std::uint16_t, 32>;

    chunk crossing_order(std::span<const std::uint16_t> symbols) const;
    void restore_order(const chunk& ordered, std::span<std::uint16_t> symbols) const;

    std::size_t lanes_;
    std::array<std::uint8_t, 32> last_order_{};  // when the symbols of the last chunk cross
    std::vector<std::uint64_t> bits_;            // of the row in wire order
    std::vector<std::uint64_t> planes_;          // bit b of all lanes, for each b
    std::size_t plane_words_;
};

}  // namespace luxlane::coding
