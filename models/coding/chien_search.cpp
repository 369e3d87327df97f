#include "models/coding/chien_search.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <vector>

#include "models/coding/gf1024.h"
#include "models/coding/symbol_registers.h"

namespace luxlane::coding {
namespace {

/// Positions that one step of the search looks at.
constexpr std::size_t block_positions = 2 * register_symbols;
constexpr std::size_t entries_per_half_symbol = 32;

/// One value of half a coefficient, times a^(j v) for v = 0..31.
struct alignas(64) term_row {
    std::array<std::uint16_t, block_positions> values;
};

/// Rows by power j - 1, half and value: 60 KiB, whatever the code.
std::vector<term_row> build_rows() {
    std::vector<term_row> rows(max_locator_degree * 2 * entries_per_half_symbol);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t half = row / entries_per_half_symbol;
        const std::size_t power = half / 2 + 1;
        const auto bits =
            static_cast<std::uint16_t>((row % entries_per_half_symbol) << (half % 2 * 5));
        for (std::size_t v = 0; v < block_positions; ++v) {
            rows[row].values[v] = gf1024::multiply(bits, gf1024::powers[power * v]);
        }
    }
    return rows;
}

/// A term of the locator that is not zero.
struct term {
    std::size_t log;
    std::size_t power;
    const term_row* rows;
};

/// Bits 2i and 2i + 1 for each symbol i that is 0.
std::uint32_t zeros(symbol_register values) {
    const auto zero = _mm256_cmpeq_epi16(__m256i(values), _mm256_setzero_si256());
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(zero));
}

}  // namespace

std::size_t find_roots(std::span<const std::uint16_t> locator, std::size_t n,
                       std::uint16_t* positions) {
    static const std::vector<term_row> all_rows = build_rows();
    assert(!locator.empty() && locator.size() <= max_locator_degree + 1);
    const std::size_t degree = locator.size() - 1;
    if (degree == 1) {  // by far the most frequent case: 1 + lambda_1 x
        const std::size_t power = gf1024::logarithms[locator[1]];
        if (power >= n) {
            return 0;
        }
        positions[0] = static_cast<std::uint16_t>(n - 1 - power);
        return 1;
    }
    std::array<term, max_locator_degree> terms;
    std::size_t count = 0;
    for (std::size_t j = 1; j <= degree; ++j) {
        if (locator[j] != 0) {
            terms[count++] = {gf1024::logarithms[locator[j]], j,
                              &all_rows[(j - 1) * 2 * entries_per_half_symbol]};
        }
    }
    std::size_t found = 0;
    for (std::size_t begin = 0; begin < n && found < degree; begin += block_positions) {
        const std::size_t exponent = (gf1024::period - (n - 1) + begin) % gf1024::period;
        symbol_register low = symbol_register{} + 1;
        symbol_register high = low;
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint16_t value = gf1024::powers[terms[k].log + terms[k].power * exponent];
            const auto& lower = terms[k].rows[value % entries_per_half_symbol].values;
            const auto& upper =
                terms[k].rows[entries_per_half_symbol + value / entries_per_half_symbol].values;
            low ^= load_symbols(&lower[0]) ^ load_symbols(&upper[0]);
            high ^= load_symbols(&lower[register_symbols]) ^ load_symbols(&upper[register_symbols]);
        }
        std::uint64_t hits = zeros(low) | std::uint64_t{zeros(high)} << 32;
        for (; hits != 0 && found < degree; hits &= hits - 1, hits &= hits - 1) {
            const std::size_t position =
                begin + static_cast<std::size_t>(std::countr_zero(hits)) / 2;
            if (position < n) {
                positions[found++] = static_cast<std::uint16_t>(position);
            }
        }
    }
    return found;
}

}  // namespace luxlane::coding
