#include "models/coding/rs_fec.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "models/coding/gf1024.h"
#include "models/coding/symbol_registers.h"

namespace luxlane::coding {
namespace {

/// Sixteen and eight symbols in one register (GCC and Clang vector types: no instruction set
/// named).
using vector16 = std::uint16_t __attribute__((vector_size(32)));
using vector8 = std::uint16_t __attribute__((vector_size(16)));

/// Message symbols that one step of the division consumes: as many as let the table of a code fit a
/// first-level cache of 32 KiB.
constexpr std::size_t block_symbols(std::size_t halves) { return halves == 1 ? 16 : 8; }
constexpr std::size_t least_parity = 8;

/// Blocks that the division of the tail takes more than that of the head, in pairs.
constexpr std::size_t blocks_ahead = 1;

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

/// Byte offsets inside a symbol's rows for each of some symbols, four in a word: taken apart in
/// general registers, because the loads of rows are what the division waits for.
template <typename vector>
class row_offsets {
public:
    explicit row_offsets(vector offsets) { std::memcpy(words_.data(), &offsets, sizeof offsets); }
    std::size_t operator[](std::size_t i) const {
        return static_cast<std::uint16_t>(words_[i / 4] >> i % 4 * 16);
    }

private:
    std::array<std::uint64_t, sizeof(vector) / sizeof(std::uint64_t)> words_;
};

/// What the first `count` of some symbols add by the table that begins with the first one's rows.
/// The masks keep a caller's stray upper bits from reading outside the table.
template <std::size_t halves, typename vector>
inline wide_row<halves> sum_rows_of(vector symbols, std::size_t count, const std::byte* table) {
    constexpr std::size_t register_bytes = sizeof(vector16);
    constexpr auto row_bytes = static_cast<std::uint16_t>(halves * register_bytes);
    constexpr std::size_t upper_rows = entries_per_half_symbol * row_bytes;
    const row_offsets<vector> lower((symbols & 31) * row_bytes);
    const row_offsets<vector> upper(((symbols >> 5) & 31) * row_bytes);
    wide_row<halves> of_lower;  // two sums: half the chain of dependent additions
    wide_row<halves> of_upper;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* low = table + 2 * i * upper_rows + lower[i];
        const std::byte* high = table + (2 * i + 1) * upper_rows + upper[i];
        for (std::size_t h = 0; h < halves; ++h) {
            of_lower.part[h] ^= load<vector16>(low + h * register_bytes);
            of_upper.part[h] ^= load<vector16>(high + h * register_bytes);
        }
    }
    for (std::size_t h = 0; h < halves; ++h) {
        of_lower.part[h] ^= of_upper.part[h];
    }
    return of_lower;
}

/// The next message symbols, as many as a step of the division consumes.
template <std::size_t halves>
using message_block = std::conditional_t<halves == 1, vector16, vector8>;

/// One step of the division: feeds the next message symbols into the remainder.
template <std::size_t halves>
inline void divide_block(wide_row<halves>& rest, message_block<halves> input,
                         const std::byte* table) {
    const auto symbols = load<message_block<halves>>(&rest.part[0]) ^ input;
    wide_row<halves> sum = sum_rows_of<halves>(symbols, block_symbols(halves), table);
    if constexpr (halves == 2) {
        constexpr order<8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23> by_block;
        sum.part[0] ^= shuffle(rest.part[0], rest.part[1], by_block);
        sum.part[1] ^= shuffle(rest.part[1], vector16{}, by_block);
    }
    rest = sum;
}

}  // namespace

rs_code::rs_code(std::size_t n, std::size_t k)
    : n_(n), k_(k), halves_(n - k <= 16 ? 1 : 2), tail_blocks_(0) {
    if (k >= n || n > gf1024::period || n - k > max_parity || n - k < least_parity ||
        (n - k) % 2 != 0) {
        throw std::invalid_argument("rs_code: no code RS(" + std::to_string(n) + "," +
                                    std::to_string(k) + ") with 8..30 parity symbols");
    }
    const std::size_t block = block_symbols(halves_);
    const std::size_t blocks = (k + block - 1) / block;
    tail_blocks_ = std::min(blocks - 1, (blocks - 1) / 2 + blocks_ahead);
    build_generator();
    division_ = build_division(block, parity_symbols());
    advance_ = build_division(parity_symbols(), tail_blocks_ * block);
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

std::vector<rs_code::table_line> rs_code::build_rows(std::span<const parity_row> of_one) const {
    std::vector<table_line> lines(of_one.size() * rows_per_symbol * halves_ / 2);
    auto* rows = reinterpret_cast<std::uint16_t*>(lines.data());
    for (std::size_t symbol = 0; symbol < of_one.size(); ++symbol) {
        for (std::size_t row = 0; row < rows_per_symbol; ++row) {
            const bool upper = row >= entries_per_half_symbol;
            const auto bits = static_cast<std::uint16_t>(upper ? (row % 32) << 5 : row);
            std::uint16_t* entry = rows + (symbol * rows_per_symbol + row) * halves_ * 16;
            for (std::size_t i = 0; i < parity_symbols(); ++i) {
                entry[i] = gf1024::multiply(bits, of_one[symbol][i]);
            }
        }
    }
    return lines;
}

std::vector<rs_code::table_line> rs_code::build_division(std::size_t symbols,
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

std::vector<rs_code::table_line> rs_code::build_syndromes() const {
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
rs_code::parity_row rs_code::sum_rows(const parity_row& symbols,
                                      const std::vector<table_line>& table) const {
    const auto* rows = reinterpret_cast<const std::byte*>(table.data());
    wide_row<halves> row;
    for (std::size_t h = 0; h < halves; ++h) {
        const auto part = sum_rows_of<halves>(
            load<vector16>(&symbols[16 * h]), std::min<std::size_t>(16, parity_symbols() - 16 * h),
            rows + 16 * h * rows_per_symbol * halves * sizeof(vector16));
        for (std::size_t i = 0; i < halves; ++i) {
            row.part[i] ^= part.part[i];
        }
    }
    parity_row result{};
    std::memcpy(result.data(), row.part.data(), sizeof row);
    return result;
}

template <std::size_t halves>
rs_code::parity_row rs_code::remainder_of(const std::uint16_t* message) const {
    const auto* division = reinterpret_cast<const std::byte*>(division_.data());
    // Two divisions side by side hide each other's latency: of the head of the message, filled up
    // with zeros before it, and of its tail. The head's remainder is then moved past the tail,
    // whose last blocks hide that.
    wide_row<halves> head;
    wide_row<halves> tail;
    constexpr std::size_t block = block_symbols(halves);
    const std::size_t head_symbols = k_ - tail_blocks_ * block;
    const std::size_t first = (head_symbols - 1) % block + 1;
    const std::size_t together = (head_symbols - first) / block;
    alignas(32) std::array<std::uint16_t, block> beginning{};
    std::copy_n(message, first, beginning.end() - static_cast<long>(first));
    divide_block(head, load<message_block<halves>>(beginning.data()), division);
    const std::uint16_t* in_head = message + first;
    const std::uint16_t* in_tail = message + head_symbols;
    for (std::size_t step = 0; step < together; ++step) {
        divide_block(head, load<message_block<halves>>(in_head), division);
        divide_block(tail, load<message_block<halves>>(in_tail), division);
        in_head += block;
        in_tail += block;
    }
    parity_row of_head{};
    std::memcpy(of_head.data(), head.part.data(), sizeof head);
    parity_row result = sum_rows<halves>(of_head, advance_);
    for (std::size_t step = together; step < tail_blocks_; ++step) {
        divide_block(tail, load<message_block<halves>>(in_tail), division);
        in_tail += block;
    }
    for (std::size_t h = 0; h < halves; ++h) {
        tail.part[h] ^= load<vector16>(&result[16 * h]);
    }
    std::memcpy(result.data(), tail.part.data(), sizeof tail);
    return result;
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
    return halves_ == 2 ? sum_rows<2>(residue, syndromes_) : sum_rows<1>(residue, syndromes_);
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
