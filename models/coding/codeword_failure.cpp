#include "models/coding/codeword_failure.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/coding/gf1024.h"

namespace luxlane::coding {
namespace {

constexpr double symbol_bits = 10.0;
constexpr std::size_t most_correctable = 15;

void require_ratio(double ratio) {
    if (!(ratio >= 0.0 && ratio <= 1.0)) {
        throw std::out_of_range("codeword failure: " + std::to_string(ratio) +
                                " is no probability");
    }
}

double log_choose(double n, double k) {
    return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

/// Sum over i > t of weight(i) times the probability of i wrong symbols.
template <typename weight>
double sum_of_failures(fec_kind kind, double s, weight weight_of) {
    const auto n = static_cast<double>(codeword_symbols_of(kind));
    const auto t = static_cast<double>(correctable_of(kind));
    if (s == 0.0 || s == 1.0) {
        return s * weight_of(n);
    }
    double sum = 0.0;
    for (double i = n; i > t; i -= 1.0) {
        sum +=
            weight_of(i) * std::exp(log_choose(n, i) + i * std::log(s) + (n - i) * std::log1p(-s));
    }
    return sum;
}

}  // namespace

double symbol_error_ratio(double bit_error_ratio) {
    require_ratio(bit_error_ratio);
    return -std::expm1(symbol_bits * std::log1p(-bit_error_ratio));
}

double codeword_failure_ratio(fec_kind kind, double symbol_error_ratio) {
    require_ratio(symbol_error_ratio);
    return sum_of_failures(kind, symbol_error_ratio, [](double) { return 1.0; });
}

double codeword_failure_ratio(fec_kind kind, std::span<const double> symbol_error_ratios) {
    if (symbol_error_ratios.size() != codeword_symbols_of(kind)) {
        throw std::invalid_argument(
            "codeword failure: " + std::to_string(symbol_error_ratios.size()) +
            " symbols are no codeword of " + std::string(name_of(kind)));
    }
    // Distribution of the number of errors among the symbols so far; what passes t stays failed.
    const std::size_t t = correctable_of(kind);
    std::array<double, most_correctable + 1> errors{1.0};
    double failed = 0.0;
    for (const double s : symbol_error_ratios) {
        require_ratio(s);
        failed += errors[t] * s;
        for (std::size_t i = t; i > 0; --i) {
            errors[i] = errors[i] * (1.0 - s) + errors[i - 1] * s;
        }
        errors[0] *= 1.0 - s;
    }
    return failed;
}

double bit_error_ratio_for(fec_kind kind, double codeword_failure_ratio) {
    if (!(codeword_failure_ratio > 0.0 && codeword_failure_ratio < 1.0)) {
        throw std::out_of_range("codeword failure: no bit error ratio leads to " +
                                std::to_string(codeword_failure_ratio));
    }
    // Bisection over the logarithm: the failure ratio only rises with the bit error ratio.
    double low = std::log(1e-300);
    double high = 0.0;
    while (high - low > 1e-12) {
        const double middle = 0.5 * (low + high);
        const double failure =
            coding::codeword_failure_ratio(kind, symbol_error_ratio(std::exp(middle)));
        (failure < codeword_failure_ratio ? low : high) = middle;
    }
    return std::exp(0.5 * (low + high));
}

double miscorrection_ratio(fec_kind kind) {
    const auto n = static_cast<double>(codeword_symbols_of(kind));
    double sum = 0.0;
    for (std::size_t i = 0; i <= correctable_of(kind); ++i) {
        sum += std::exp(log_choose(n, static_cast<double>(i)) +
                        static_cast<double>(i) * std::log(static_cast<double>(gf1024::period)) -
                        static_cast<double>(parity_symbols_of(kind)) *
                            std::log(static_cast<double>(gf1024::period + 1)));
    }
    return sum;
}

double undetected_ratio(fec_kind kind, double symbol_error_ratio) {
    return codeword_failure_ratio(kind, symbol_error_ratio) * miscorrection_ratio(kind);
}

double decoded_bit_error_ratio(fec_kind kind, double bit_error_ratio) {
    const double s = symbol_error_ratio(bit_error_ratio);
    if (s == 0.0) {
        return 0.0;
    }
    const auto n = static_cast<double>(codeword_symbols_of(kind));
    const double wrong_symbols = sum_of_failures(kind, s, [&](double i) { return i / n; });
    // A wrong symbol has 10 p / s wrong bits of its ten on average.
    return wrong_symbols * bit_error_ratio / s;
}

}  // namespace luxlane::coding
