// The error-correcting half of rs_code: it runs only for words that are no codewords.

#include <algorithm>
#include <functional>
#include <span>
#include <stdexcept>

#include "models/coding/chien_search.h"
#include "models/coding/gf1024.h"
#include "models/coding/rs_fec.h"

namespace luxlane::coding {
namespace {

constexpr std::size_t max_parity = decltype(decode_result::positions){}.size();

/// Coefficients, constant term first.
using polynomial = std::array<std::uint16_t, max_parity + 1>;

std::size_t log_of(std::uint16_t element) { return gf1024::logarithms[element]; }

/// Coefficient `index` of the product of two polynomials of degrees up to `index`.
std::uint16_t product_coefficient(const polynomial& a, const polynomial& b, std::size_t index) {
    std::uint16_t sum = 0;
    for (std::size_t i = 0; i <= index; ++i) {
        sum = static_cast<std::uint16_t>(sum ^ gf1024::multiply(a[i], b[index - i]));
    }
    return sum;
}

/// Product of the (1 - X x) of erased symbols, X = a^(n-1-i) that of symbol i.
polynomial erasure_locator(std::span<const std::uint16_t> erasures, std::size_t n) {
    polynomial gamma{1};
    for (std::size_t f = 0; f < erasures.size(); ++f) {
        const std::uint16_t x = gf1024::powers[n - 1 - erasures[f]];
        for (std::size_t i = f + 1; i > 0; --i) {
            gamma[i] = static_cast<std::uint16_t>(gamma[i] ^ gf1024::multiply(gamma[i - 1], x));
        }
    }
    return gamma;
}

struct error_locator {
    polynomial lambda{1};
    std::size_t errors = 0;  // the length of the register, at least the degree of lambda
};

/// Berlekamp-Massey: the shortest feedback register that makes the `count` syndromes.
error_locator locate(const polynomial& syndromes, std::size_t count) {
    error_locator found;
    polynomial& lambda = found.lambda;
    std::size_t& length = found.errors;
    polynomial syndrome_logs{};
    std::transform(syndromes.begin(), syndromes.end(), syndrome_logs.begin(), log_of);
    polynomial previous_logs{};  // of the register before its length changed last
    std::size_t previous_length = 0;
    std::size_t previous_discrepancy = 0;  // its logarithm
    std::size_t gap = 1;                   // steps since `previous_logs` were kept
    for (std::size_t step = 0; step < count; ++step, ++gap) {
        std::uint16_t discrepancy = syndromes[step];
        for (std::size_t i = 1; i <= length; ++i) {
            discrepancy = static_cast<std::uint16_t>(
                discrepancy ^ gf1024::elements[log_of(lambda[i]) + syndrome_logs[step - i]]);
        }
        if (discrepancy == 0) {
            continue;
        }
        const polynomial before = lambda;
        const std::size_t scale =
            (log_of(discrepancy) + gf1024::period - previous_discrepancy) % gf1024::period;
        for (std::size_t i = gap; i <= gap + previous_length && i <= count; ++i) {
            lambda[i] = static_cast<std::uint16_t>(
                lambda[i] ^ gf1024::elements[scale + previous_logs[i - gap]]);
        }
        if (2 * length <= step) {
            std::transform(before.begin(), before.end(), previous_logs.begin(), log_of);
            previous_length = length;
            previous_discrepancy = log_of(discrepancy);
            length = step + 1 - length;
            gap = 0;
        }
    }
    return found;
}

/// A polynomial's terms that are not zero, to be evaluated at many places.
class sparse_terms {
public:
    void add(std::uint16_t coefficient, std::size_t power) {
        if (coefficient != 0) {
            terms_[count_++] = {gf1024::logarithms[coefficient], static_cast<std::uint16_t>(power)};
        }
    }
    /// Value at a^exponent, `exponent` up to 1023.
    std::uint16_t at(std::size_t exponent) const {
        std::uint16_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            sum = static_cast<std::uint16_t>(
                sum ^ gf1024::powers[terms_[i].log + terms_[i].power * exponent]);
        }
        return sum;
    }

private:
    struct term {
        std::uint16_t log;
        std::uint16_t power;
    };
    std::array<term, max_parity> terms_;
    std::size_t count_ = 0;
};

/// Forney's formula. The evaluator is S(x) psi(x) mod x^(n-k), of a degree below the number of
/// symbols that psi locates; as g's first root is a^0, the error at X has the value
/// X evaluator(1/X) / psi'(1/X). Leaves in `result` the symbols that it changed.
void correct(const polynomial& syndromes, const polynomial& psi, std::size_t degree,
             std::span<std::uint16_t> word, decode_result& result) {
    sparse_terms evaluator;
    sparse_terms derivative;  // even powers only: the odd ones vanish
    for (std::size_t i = 0; i < degree; ++i) {
        evaluator.add(product_coefficient(syndromes, psi, i), i);
        derivative.add(i % 2 == 0 ? psi[i + 1] : std::uint16_t{0}, i);
    }
    for (std::size_t e = 0; e < degree; ++e) {
        const std::uint16_t position = result.positions[e];
        const std::size_t power = word.size() - 1 - position;
        const std::size_t inverse = gf1024::period - power;
        const std::uint16_t error = gf1024::divide(
            gf1024::multiply(gf1024::powers[power], evaluator.at(inverse)), derivative.at(inverse));
        word[position] = static_cast<std::uint16_t>(word[position] ^ error);
        if (error != 0) {  // an erased symbol may have been right
            result.positions[result.errors++] = position;
        }
    }
}

}  // namespace

decode_result rs_code::decode(std::span<std::uint16_t> word,
                              std::span<const std::uint16_t> erasures) const {
    require_size(word.size(), n_, "word");
    if (!erasures.empty() &&
        (erasures.back() >= n_ || std::adjacent_find(erasures.begin(), erasures.end(),
                                                     std::greater_equal<>{}) != erasures.end())) {
        throw std::invalid_argument("rs_code: erasures are different positions, ascending");
    }
    const parity_row rest = residue(word);
    decode_result result;
    if (rest == parity_row{}) {
        return result;
    }
    result.status = decode_status::uncorrectable;
    const std::size_t parity = parity_symbols();
    const std::size_t erased = erasures.size();
    if (erased > parity) {
        return result;
    }
    const parity_row values = syndromes(rest);
    polynomial syndrome{};
    std::copy_n(values.begin(), parity, syndrome.begin());

    // Forney's syndromes are those that only the errors would leave.
    const polynomial gamma = erasure_locator(erasures, n_);
    polynomial of_errors = syndrome;
    for (std::size_t i = 0; erased > 0 && i + erased < parity; ++i) {
        of_errors[i] = product_coefficient(syndrome, gamma, erased + i);
    }
    const auto [lambda, errors] = locate(of_errors, parity - erased);
    if (2 * errors + erased > parity || lambda[errors] == 0 ||
        find_roots(std::span(lambda).first(errors + 1), n_, result.positions.data()) != errors) {
        return result;
    }
    polynomial psi = lambda;
    if (erased > 0) {
        // Errors and erasures together, in the order of the word; none may be both.
        const auto end = std::copy(erasures.begin(), erasures.end(),
                                   result.positions.begin() + static_cast<long>(errors));
        std::sort(result.positions.begin(), end);
        if (std::adjacent_find(result.positions.begin(), end) != end) {
            return result;
        }
        for (std::size_t i = 0; i <= errors + erased; ++i) {
            psi[i] = product_coefficient(lambda, gamma, i);
        }
    }
    correct(syndrome, psi, errors + erased, word, result);
    result.status = decode_status::corrected;
    return result;
}

}  // namespace luxlane::coding
