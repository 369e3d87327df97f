#include "models/coding/rs_fec.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/coding/gf1024.h"

namespace luxlane::coding {
namespace {

/// Sixteen and eight symbols in one register (GCC and Clang vector types: no instruction set
/// named).
using vector16 = std::uint16_t __attribute__((vector_size(32)));
using vector8 = std::uint16_t __attribute__((vector_size(16)));

/// Message symbols that one step of the division consumes. With eight, the table of the longest
/// code fits a first-level cache of 32 KiB.
constexpr std::size_t block_symbols = 8;

constexpr std::size_t entries_per_half_symbol = 32;
constexpr std::size_t rows_per_symbol = 2 * entries_per_half_symbol;

/// A remainder, highest coefficient first, in one or two registers.
template <std::size_t halves>
struct wide_row {
    std::array<vector16, halves> part{};
};

template <typename vector>
vector load(const void* from) {
    vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
}

/// Adds to `sum` what `count` symbols leave, by the table that begins with the first one's rows.
template <std::size_t halves>
inline void add_rows(wide_row<halves>& sum, const std::uint16_t* lower, const std::uint16_t* upper,
                     std::size_t count, const std::byte* table) {
    constexpr std::size_t register_bytes = sizeof(vector16);
    constexpr std::size_t upper_rows = entries_per_half_symbol * halves * register_bytes;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* low = table + lower[i];
        const std::byte* high = table + upper[i];
        for (std::size_t h = 0; h < halves; ++h) {
            sum.part[h] ^= load<vector16>(low + 2 * i * upper_rows + h * register_bytes) ^
                           load<vector16>(high + (2 * i + 1) * upper_rows + h * register_bytes);
        }
    }
}

/// Byte offsets, inside a symbol's rows, of the rows of the lower and of the upper five bits. The
/// masks keep a caller's stray upper bits from reading outside the table.
template <std::size_t halves, typename vector>
inline void row_offsets(vector symbols, std::uint16_t* lower, std::uint16_t* upper) {
    constexpr auto row_bytes = static_cast<std::uint16_t>(halves * sizeof(vector16));
    const vector low = (symbols & 31) * row_bytes;
    const vector high = ((symbols >> 5) & 31) * row_bytes;
    std::memcpy(lower, &low, sizeof low);
    std::memcpy(upper, &high, sizeof high);
}

/// One step of the division: feeds the next eight message symbols into the remainder.
template <std::size_t halves>
inline void divide_block(wide_row<halves>& rest, vector8 input, const std::byte* table) {
    alignas(16) std::array<std::uint16_t, block_symbols> lower;
    alignas(16) std::array<std::uint16_t, block_symbols> upper;
    row_offsets<halves>(load<vector8>(&rest.part[0]) ^ input, lower.data(), upper.data());
    constexpr vector16 by_block = {8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
    wide_row<halves> shifted;
    for (std::size_t h = 0; h < halves; ++h) {
        const vector16 next = h + 1 < halves ? rest.part[h + 1] : vector16{};
        shifted.part[h] = __builtin_shuffle(rest.part[h], next, by_block);
    }
    wide_row<halves> sum;
    add_rows<halves>(sum, lower.data(), upper.data(), block_symbols, table);
    for (std::size_t h = 0; h < halves; ++h) {
        rest.part[h] = sum.part[h] ^ shifted.part[h];
    }
}

}  // namespace

rs_code::rs_code(std::size_t n, std::size_t k)
    : n_(n), k_(k), halves_(n - k <= 16 ? 1 : 2), tail_blocks_(0) {
    if (k >= n || n > gf1024::period || n - k > max_parity || n - k < block_symbols ||
        (n - k) % 2 != 0) {
        throw std::invalid_argument("rs_code: no code RS(" + std::to_string(n) + "," +
                                    std::to_string(k) + ") with 8..30 parity symbols");
    }
    tail_blocks_ = ((k + block_symbols - 1) / block_symbols - 1) / 2;
    build_generator();
    division_ = build_division(block_symbols, parity_symbols());
    advance_ = build_division(parity_symbols(), tail_blocks_ * block_symbols);
    syndromes_ = build_syndromes();
}

const rs_code& rs_code::kp4() {
    static const rs_code code(544, 514);
    return code;
}

const rs_code& rs_code::kr4() {
    static const rs_code code(528, 514);
    return code;
}

const rs_code& rs_code::rs272() {
    static const rs_code code(272, 258);
    return code;
}

void rs_code::build_generator() {
    generator_ = {1};
    for (std::size_t j = 0; j < parity_symbols(); ++j) {
        generator_.push_back(0);
        for (std::size_t i = generator_.size() - 1; i > 0; --i) {
            generator_[i] = static_cast<std::uint16_t>(
                generator_[i] ^ gf1024::multiply(generator_[i - 1], gf1024::powers[j]));
        }
    }
}

std::vector<rs_code::half_row> rs_code::build_rows(std::span<const parity_row> of_one) const {
    std::vector<half_row> rows(of_one.size() * rows_per_symbol * halves_);
    for (std::size_t symbol = 0; symbol < of_one.size(); ++symbol) {
        for (std::size_t row = 0; row < rows_per_symbol; ++row) {
            const bool upper = row >= entries_per_half_symbol;
            const auto bits = static_cast<std::uint16_t>(upper ? (row % 32) << 5 : row);
            half_row* entry = &rows[(symbol * rows_per_symbol + row) * halves_];
            for (std::size_t i = 0; i < parity_symbols(); ++i) {
                entry[i / 16].coefficients[i % 16] = gf1024::multiply(bits, of_one[symbol][i]);
            }
        }
    }
    return rows;
}

std::vector<rs_code::half_row> rs_code::build_division(std::size_t symbols,
                                                       std::size_t distance) const {
    const std::size_t parity = parity_symbols();
    parity_row power{};  // x^e mod g(x), begun at the constant 1
    power[parity - 1] = 1;
    const auto times_x = [&] {
        const std::uint16_t feedback = power[0];
        for (std::size_t i = 0; i < parity; ++i) {
            const std::uint16_t next = i + 1 < parity ? power[i + 1] : std::uint16_t{0};
            power[i] =
                static_cast<std::uint16_t>(next ^ gf1024::multiply(feedback, generator_[i + 1]));
        }
    };
    for (std::size_t e = 0; e < distance; ++e) {
        times_x();
    }
    std::vector<parity_row> powers(symbols);
    for (std::size_t symbol = symbols; symbol-- > 0; times_x()) {
        powers[symbol] = power;
    }
    return build_rows(powers);
}

std::vector<rs_code::half_row> rs_code::build_syndromes() const {
    std::vector<parity_row> values(parity_symbols());
    for (std::size_t i = 0; i < parity_symbols(); ++i) {
        const std::size_t power = parity_symbols() - 1 - i;
        for (std::size_t j = 0; j < parity_symbols(); ++j) {
            values[i][j] = gf1024::powers[power * j];
        }
    }
    return build_rows(values);
}

template <std::size_t halves>
rs_code::parity_row rs_code::sum_rows(const parity_row& symbols, const std::vector<half_row>& table,
                                      const parity_row& sum) const {
    wide_row<halves> row;
    std::memcpy(row.part.data(), sum.data(), sizeof row);
    std::array<std::uint16_t, halves * 16> lower;
    std::array<std::uint16_t, halves * 16> upper;
    for (std::size_t h = 0; h < halves; ++h) {
        row_offsets<halves>(load<vector16>(&symbols[16 * h]), &lower[16 * h], &upper[16 * h]);
    }
    add_rows<halves>(row, lower.data(), upper.data(), parity_symbols(),
                     reinterpret_cast<const std::byte*>(table.data()));
    parity_row result{};
    std::memcpy(result.data(), row.part.data(), sizeof row);
    return result;
}

template <std::size_t halves>
rs_code::parity_row rs_code::remainder_of(const std::uint16_t* message) const {
    const auto* division = reinterpret_cast<const std::byte*>(division_.data());
    // Two divisions side by side hide each other's latency: of the head of the message, filled up
    // with zeros before it, and of its tail. The head's remainder is then moved past the tail.
    wide_row<halves> head;
    wide_row<halves> tail;
    const std::size_t head_symbols = k_ - tail_blocks_ * block_symbols;
    const std::size_t first = (head_symbols - 1) % block_symbols + 1;
    alignas(16) std::array<std::uint16_t, block_symbols> beginning{};
    std::copy_n(message, first, beginning.end() - static_cast<long>(first));
    divide_block(head, load<vector8>(beginning.data()), division);
    const std::uint16_t* in_head = message + first;
    const std::uint16_t* in_tail = message + head_symbols;
    if (head_symbols - first > tail_blocks_ * block_symbols) {
        divide_block(head, load<vector8>(in_head), division);
        in_head += block_symbols;
    }
    for (std::size_t block = 0; block < tail_blocks_; ++block) {
        divide_block(head, load<vector8>(in_head), division);
        divide_block(tail, load<vector8>(in_tail), division);
        in_head += block_symbols;
        in_tail += block_symbols;
    }
    parity_row of_head{};
    parity_row of_tail{};
    std::memcpy(of_head.data(), head.part.data(), sizeof head);
    std::memcpy(of_tail.data(), tail.part.data(), sizeof tail);
    return sum_rows<halves>(of_head, advance_, of_tail);
}

rs_code::parity_row rs_code::remainder(const std::uint16_t* message) const {
    return halves_ == 2 ? remainder_of<2>(message) : remainder_of<1>(message);
}

rs_code::parity_row rs_code::residue(std::span<const std::uint16_t> word) const {
    parity_row row = remainder(word.data());
    for (std::size_t i = 0; i < parity_symbols(); ++i) {
        row[i] = static_cast<std::uint16_t>(row[i] ^ word[k_ + i]);
    }
    return row;
}

rs_code::parity_row rs_code::syndromes(const parity_row& residue) const {
    return halves_ == 2 ? sum_rows<2>(residue, syndromes_, {})
                        : sum_rows<1>(residue, syndromes_, {});
}

void rs_code::require_size(std::size_t size, std::size_t expected, const char* what) const {
    if (size != expected) {
        throw std::invalid_argument("RS(" + std::to_string(n_) + "," + std::to_string(k_) +
                                    "): " + what + " of " + std::to_string(size) +
                                    " symbols, not " + std::to_string(expected));
    }
}

void rs_code::encode(std::span<const std::uint16_t> message,
                     std::span<std::uint16_t> codeword) const {
    require_size(message.size(), k_, "message");
    require_size(codeword.size(), n_, "codeword");
    const parity_row parity = remainder(message.data());
    if (message.data() != codeword.data()) {
        std::copy(message.begin(), message.end(), codeword.begin());
    }
    std::copy_n(parity.begin(), parity_symbols(), codeword.begin() + static_cast<long>(k_));
}

bool rs_code::is_codeword(std::span<const std::uint16_t> word) const {
    require_size(word.size(), n_, "word");
    return residue(word) == parity_row{};
}

}  // namespace luxlane::coding
