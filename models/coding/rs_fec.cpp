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
    for (std::size_t i = 0; i < count; ++i, table += 2 * upper_rows) {
        const std::byte* low = table + lower[i];
        const std::byte* high = table + upper_rows + upper[i];
        for (std::size_t h = 0; h < halves; ++h) {
            sum.part[h] ^= load<vector16>(low + h * register_bytes) ^
                           load<vector16>(high + h * register_bytes);
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

/// One term of the error locator along the positions of the codeword: a walk through
/// gf1024::powers.
struct locator_term {
    const std::uint16_t* at;
    std::size_t step;
};

/// Terms that one pass of the Chien search adds; divides the largest number of errors, 15.
constexpr std::size_t terms_at_once = 5;

void add_terms(std::span<locator_term, terms_at_once> terms, std::span<std::uint16_t> value) {
    for (std::uint16_t& at_position : value) {
        std::uint16_t sum = at_position;
#pragma GCC unroll 5
        for (locator_term& term : terms) {
            sum = static_cast<std::uint16_t>(sum ^ *term.at);
            term.at += term.step;
        }
        at_position = sum;
    }
}

/// Value at a^exponent of the polynomial with `count` coefficients, constant term first.
std::uint16_t evaluate(const std::uint16_t* coefficients, std::size_t count, std::size_t exponent) {
    std::uint16_t sum = 0;
    for (std::size_t j = count; j-- > 0;) {
        sum = static_cast<std::uint16_t>(gf1024::multiply(sum, gf1024::powers[exponent]) ^
                                         coefficients[j]);
    }
    return sum;
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
    division_ = build_rows(block_symbols, parity_symbols());
    advance_ = build_rows(parity_symbols(), tail_blocks_ * block_symbols);
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

std::vector<rs_code::half_row> rs_code::build_rows(std::size_t symbols,
                                                   std::size_t distance) const {
    const std::size_t parity = parity_symbols();
    std::vector<half_row> rows(symbols * rows_per_symbol * halves_);
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
    for (std::size_t symbol = symbols; symbol-- > 0; times_x()) {
        for (std::size_t row = 0; row < rows_per_symbol; ++row) {
            const bool upper = row >= entries_per_half_symbol;
            const auto bits = static_cast<std::uint16_t>(upper ? (row % 32) << 5 : row);
            half_row* entry = &rows[(symbol * rows_per_symbol + row) * halves_];
            for (std::size_t i = 0; i < parity; ++i) {
                entry[i / 16].coefficients[i % 16] = gf1024::multiply(bits, power[i]);
            }
        }
    }
    return rows;
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
    std::array<std::uint16_t, halves * 16> lower;
    std::array<std::uint16_t, halves * 16> upper;
    for (std::size_t h = 0; h < halves; ++h) {
        row_offsets<halves>(head.part[h], &lower[16 * h], &upper[16 * h]);
    }
    add_rows<halves>(tail, lower.data(), upper.data(), parity_symbols(),
                     reinterpret_cast<const std::byte*>(advance_.data()));
    parity_row result{};
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

std::array<std::uint16_t, rs_code::max_parity> rs_code::syndromes(const parity_row& residue) const {
    const std::size_t parity = parity_symbols();
    std::array<std::uint16_t, max_parity> result{};
    for (std::size_t i = 0; i < parity; ++i) {
        if (residue[i] != 0) {
            const std::size_t power = parity - 1 - i;
            std::size_t exponent = gf1024::logarithms[residue[i]];
            for (std::size_t j = 0; j < parity; ++j, exponent += power) {
                result[j] = static_cast<std::uint16_t>(result[j] ^ gf1024::powers[exponent]);
            }
        }
    }
    return result;
}

decode_result rs_code::decode(std::span<std::uint16_t> word) const {
    require_size(word.size(), n_, "word");
    const parity_row rest = residue(word);
    decode_result result;
    if (rest == parity_row{}) {
        return result;
    }
    const auto syndrome = syndromes(rest);
    const std::size_t parity = parity_symbols();

    // Berlekamp-Massey: the shortest feedback register, the error locator, that makes the
    // syndromes.
    locator lambda{1};
    locator previous{1};
    std::size_t length = 0;
    std::size_t gap = 1;
    std::size_t previous_length = 0;
    std::uint16_t previous_discrepancy = 1;
    for (std::size_t step = 0; step < parity; ++step) {
        std::uint16_t discrepancy = syndrome[step];
        for (std::size_t i = 1; i <= length; ++i) {
            discrepancy = static_cast<std::uint16_t>(
                discrepancy ^ gf1024::multiply(lambda[i], syndrome[step - i]));
        }
        if (discrepancy != 0) {
            const locator before = lambda;
            const std::uint16_t scale = gf1024::divide(discrepancy, previous_discrepancy);
            for (std::size_t i = gap; i <= gap + previous_length && i <= parity; ++i) {
                lambda[i] = static_cast<std::uint16_t>(lambda[i] ^
                                                       gf1024::multiply(scale, previous[i - gap]));
            }
            if (2 * length <= step) {
                previous_length = length;
                length = step + 1 - length;
                previous = before;
                previous_discrepancy = discrepancy;
                gap = 0;
            }
        }
        ++gap;
    }
    result.status = decode_status::uncorrectable;
    if (length > correctable() || lambda[length] == 0) {
        return result;
    }

    // Chien search: word[i] is in error if a^-(n-1-i) is a root of the locator. A locator whose
    // roots are not all inside the shortened code belongs to no correctable error.
    const std::uint16_t zero = 0;
    std::array<locator_term, max_correctable> terms;
    terms.fill({&zero, 0});
    for (std::size_t j = 1; j <= length; ++j) {
        if (lambda[j] != 0) {
            const std::size_t start = j * (gf1024::period - (n_ - 1));
            terms[j - 1] = {
                &gf1024::powers[(gf1024::logarithms[lambda[j]] + start) % gf1024::period], j};
        }
    }
    std::array<std::uint16_t, gf1024::period> value;
    std::fill_n(value.begin(), n_, std::uint16_t{1});
    for (std::size_t j = 0; j < length; j += terms_at_once) {
        add_terms(std::span(terms).subspan(j).first<terms_at_once>(), std::span(value).first(n_));
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < n_; ++i) {
        if (value[i] == 0) {
            result.positions[found++] = static_cast<std::uint16_t>(i);
        }
    }
    if (found != length) {
        return result;
    }

    // Forney: the evaluator is S(x) lambda(x) mod x^(n-k), of degree below `length`; with the first
    // root a^0 an error at X has the value X evaluator(1/X) / lambda'(1/X).
    std::array<std::uint16_t, max_correctable> evaluator{};
    std::array<std::uint16_t, max_correctable> derivative{};  // in x^2: odd powers vanish
    for (std::size_t i = 0; i < length; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            evaluator[i] = static_cast<std::uint16_t>(evaluator[i] ^
                                                      gf1024::multiply(syndrome[i - j], lambda[j]));
        }
        if (i % 2 == 0) {
            derivative[i / 2] = lambda[i + 1];
        }
    }
    for (std::size_t e = 0; e < found; ++e) {
        const std::size_t i = result.positions[e];
        const std::size_t power = n_ - 1 - i;
        const std::size_t inverse = gf1024::period - power;
        const std::uint16_t numerator =
            gf1024::multiply(gf1024::powers[power], evaluate(evaluator.data(), length, inverse));
        const std::uint16_t denominator =
            evaluate(derivative.data(), (length + 1) / 2, 2 * inverse % gf1024::period);
        word[i] = static_cast<std::uint16_t>(word[i] ^ gf1024::divide(numerator, denominator));
    }
    result.status = decode_status::corrected;
    result.errors = found;
    return result;
}

}  // namespace luxlane::coding
