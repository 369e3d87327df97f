// The error-correcting half of rs_code: it runs only for words that are no codewords.

#include <algorithm>
#include <span>

#include "models/coding/gf1024.h"
#include "models/coding/rs_fec.h"

namespace luxlane::coding {
namespace {

constexpr std::size_t max_errors = decltype(decode_result::positions){}.size();
constexpr std::size_t max_parity = 2 * max_errors;

/// Coefficients, constant term first.
using polynomial = std::array<std::uint16_t, max_parity + 1>;
using error_positions = std::array<std::uint16_t, max_errors>;

/// Values at a^0, a^1, ... of the residue, whose `residue.size()` coefficients stand highest first.
polynomial syndromes_of(std::span<const std::uint16_t> residue) {
    polynomial result{};
    for (std::size_t i = 0; i < residue.size(); ++i) {
        if (residue[i] != 0) {
            const std::size_t power = residue.size() - 1 - i;
            std::size_t exponent = gf1024::logarithms[residue[i]];
            for (std::size_t j = 0; j < residue.size(); ++j, exponent += power) {
                result[j] = static_cast<std::uint16_t>(result[j] ^ gf1024::powers[exponent]);
            }
        }
    }
    return result;
}

struct error_locator {
    polynomial lambda{1};
    std::size_t errors = 0;  // the length of the register, at least the degree of lambda
};

/// Berlekamp-Massey: the shortest feedback register that makes the `parity` syndromes.
error_locator locate(const polynomial& syndromes, std::size_t parity) {
    error_locator found;
    polynomial& lambda = found.lambda;
    std::size_t& length = found.errors;
    polynomial previous{1};
    std::size_t previous_length = 0;
    std::uint16_t previous_discrepancy = 1;
    std::size_t gap = 1;  // steps since `previous` was kept
    for (std::size_t step = 0; step < parity; ++step, ++gap) {
        std::uint16_t discrepancy = syndromes[step];
        for (std::size_t i = 1; i <= length; ++i) {
            discrepancy = static_cast<std::uint16_t>(
                discrepancy ^ gf1024::multiply(lambda[i], syndromes[step - i]));
        }
        if (discrepancy == 0) {
            continue;
        }
        const polynomial before = lambda;
        const std::uint16_t scale = gf1024::divide(discrepancy, previous_discrepancy);
        for (std::size_t i = gap; i <= gap + previous_length && i <= parity; ++i) {
            lambda[i] =
                static_cast<std::uint16_t>(lambda[i] ^ gf1024::multiply(scale, previous[i - gap]));
        }
        if (2 * length <= step) {
            previous = before;
            previous_length = length;
            previous_discrepancy = discrepancy;
            length = step + 1 - length;
            gap = 0;
        }
    }
    return found;
}

/// One term of the locator along the positions of the codeword: a walk through gf1024::powers.
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

/// Chien search: symbol i of n is in error if a^-(n-1-i) is a root of the locator. Returns whether
/// all its roots are such, which they are not if more symbols are wrong than the code corrects.
bool find_roots(const error_locator& locator, std::size_t n, error_positions& positions) {
    if (locator.errors == 1) {  // by far the most frequent case: 1 + lambda_1 x
        const std::size_t power = gf1024::logarithms[locator.lambda[1]];
        positions[0] = static_cast<std::uint16_t>(n - 1 - power);
        return power < n;
    }
    const std::uint16_t zero = 0;
    std::array<locator_term, max_errors> terms;
    terms.fill({&zero, 0});
    for (std::size_t j = 1; j <= locator.errors; ++j) {
        if (locator.lambda[j] != 0) {
            const std::size_t start =
                gf1024::logarithms[locator.lambda[j]] + j * (gf1024::period - (n - 1));
            terms[j - 1] = {&gf1024::powers[start % gf1024::period], j};
        }
    }
    std::array<std::uint16_t, gf1024::period> value;
    std::fill_n(value.begin(), n, std::uint16_t{1});
    for (std::size_t j = 0; j < locator.errors; j += terms_at_once) {
        add_terms(std::span(terms).subspan(j).first<terms_at_once>(), std::span(value).first(n));
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < n && found < locator.errors; ++i) {
        if (value[i] == 0) {
            positions[found++] = static_cast<std::uint16_t>(i);
        }
    }
    return found == locator.errors;
}

/// Value at a^exponent of a polynomial with `count` coefficients.
std::uint16_t evaluate(const polynomial& coefficients, std::size_t count, std::size_t exponent) {
    std::uint16_t sum = 0;
    for (std::size_t j = count; j-- > 0;) {
        sum = static_cast<std::uint16_t>(gf1024::multiply(sum, gf1024::powers[exponent]) ^
                                         coefficients[j]);
    }
    return sum;
}

/// Forney's formula. The evaluator is S(x) lambda(x) mod x^(n-k), of a degree below the number of
/// errors; as g's first root is a^0, the error at X has the value X evaluator(1/X) / lambda'(1/X).
void correct(const polynomial& syndromes, const error_locator& locator,
             const error_positions& positions, std::span<std::uint16_t> word) {
    const polynomial& lambda = locator.lambda;
    polynomial evaluator{};
    polynomial derivative{};  // in x^2, because its odd powers vanish
    for (std::size_t i = 0; i < locator.errors; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            evaluator[i] = static_cast<std::uint16_t>(
                evaluator[i] ^ gf1024::multiply(syndromes[i - j], lambda[j]));
        }
        if (i % 2 == 0) {
            derivative[i / 2] = lambda[i + 1];
        }
    }
    for (std::size_t e = 0; e < locator.errors; ++e) {
        const std::size_t power = word.size() - 1 - positions[e];
        const std::size_t inverse = gf1024::period - power;
        const std::uint16_t numerator =
            gf1024::multiply(gf1024::powers[power], evaluate(evaluator, locator.errors, inverse));
        const std::uint16_t denominator =
            evaluate(derivative, (locator.errors + 1) / 2, 2 * inverse % gf1024::period);
        std::uint16_t& symbol = word[positions[e]];
        symbol = static_cast<std::uint16_t>(symbol ^ gf1024::divide(numerator, denominator));
    }
}

}  // namespace

decode_result rs_code::decode(std::span<std::uint16_t> word) const {
    require_size(word.size(), n_, "word");
    const parity_row rest = residue(word);
    decode_result result;
    if (rest == parity_row{}) {
        return result;
    }
    const polynomial syndromes = syndromes_of(std::span(rest).first(parity_symbols()));
    const error_locator locator = locate(syndromes, parity_symbols());
    if (locator.errors > correctable() || locator.lambda[locator.errors] == 0 ||
        !find_roots(locator, n_, result.positions)) {
        result.status = decode_status::uncorrectable;
        return result;
    }
    correct(syndromes, locator, result.positions, word);
    result.status = decode_status::corrected;
    result.errors = locator.errors;
    return result;
}

}  // namespace luxlane::coding
