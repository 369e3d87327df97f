#include "models/serdes_phy/idle_accrual.h"

#include <array>
#include <cmath>
#include <vector>

#include "models/common/binomial.h"
#include "models/common/normal.h"
#include "models/serdes_phy/lane_map.h"

namespace luxlane::wide_link {
namespace {

/// Probabilities of 0 .. t errors in a codeword and of more. Each is made of positive terms alone,
/// so that the rarest keeps its relative precision.
struct error_distribution {
    std::array<double, 16> exactly{};
    double beyond = 0.0;
};

/// Probability that a symbol of ten bits is wrong.
double symbol_error_ratio(double ber) {
    if (ber < 1e-7) {
        return 10.0 * ber * (1.0 - 4.5 * ber);
    }
    const double good = 1.0 - ber;
    const double good2 = good * good;
    const double good4 = good2 * good2;
    return 1.0 - good4 * good4 * good2;
}

/// In how many lanes a symbol has a part: blind gearboxes deal its ten bits to as many.
double parts_of_symbol(const payload_format& format) {
    return format.gearbox == coding::gearbox_mode::blind ? 10.0 : 1.0;
}

/// Probability that a lane spoils its part of a symbol. Two wrong bits of one symbol on different
/// lanes count as two symbols, which matters only where codewords fail anyway.
double part_error_ratio(double ber, const payload_format& format) {
    return format.gearbox == coding::gearbox_mode::blind ? ber : symbol_error_ratio(ber);
}

/// Lanes with few errors together make a Poisson distribution; each poor lane is folded in exactly,
/// with its whole symbols a codeword and, by chance, one more.
error_distribution distribution_of(std::span<const double> ratio, const payload_format& format) {
    constexpr double poor = 1e-5;
    const std::size_t correctable = format.correctable();
    const double per_lane =
        parts_of_symbol(format) * double(format.codeword_symbols()) / double(ratio.size());
    const double whole = std::floor(per_lane);
    double mean = 0.0;
    for (const double each : ratio) {
        mean += each < poor ? per_lane * each : 0.0;
    }
    error_distribution result;
    // The mean is below 0.06 (`poor` times the parts of a codeword): thirty terms are all there is.
    double term = portable_exp(-mean);
    for (std::size_t n = 0; n <= correctable + 30; ++n) {
        (n <= correctable ? result.exactly[n] : result.beyond) += term;
        term *= mean / static_cast<double>(n + 1);
    }
    const auto fold = [&](double probability) {
        result.beyond += result.exactly[correctable] * probability;
        for (std::size_t n = correctable; n > 0; --n) {
            result.exactly[n] =
                result.exactly[n] * (1.0 - probability) + result.exactly[n - 1] * probability;
        }
        result.exactly[0] *= 1.0 - probability;
    };
    for (const double each : ratio) {
        if (each >= poor) {
            for (double symbol = 0.0; symbol < whole; symbol += 1.0) {
                fold(each);
            }
            fold(each * (per_lane - whole));
        }
    }
    return result;
}

}  // namespace

std::uint64_t idle_accrual::binomial(std::uint64_t n, double probability) {
    return luxlane::binomial(key_, position_++, n, probability);
}

void idle_accrual::add(std::uint64_t codewords, std::span<const std::uint16_t> physical_of,
                       std::span<const double> ber, fec_counters& counters) {
    const std::size_t lanes = ber.size();
    if (codewords == 0 || lanes == 0) {
        return;
    }
    std::vector<double> ratio(lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        ratio[lane] = part_error_ratio(ber[lane], format_);
    }
    const auto symbols_by = [&](std::uint64_t words) {
        return words * format_.codeword_symbols() / lanes;
    };
    const std::uint64_t symbols = symbols_by(codewords_ + codewords) - symbols_by(codewords_);
    codewords_ += codewords;
    for (const std::uint16_t physical : physical_of) {
        if (physical != lane_map::none) {
            counters.lane_symbols[physical] += symbols;
        }
    }

    const std::size_t correctable = format_.correctable();
    if (correctable == 0) {
        return;
    }
    counters.codewords += codewords;
    const auto chance = distribution_of(ratio, format_);
    std::array<double, 17> at_least{};  // n or more errors, summed from the rarest
    at_least[correctable + 1] = chance.beyond;
    for (std::size_t n = correctable + 1; n-- > 0;) {
        at_least[n] = at_least[n + 1] + chance.exactly[n];
    }
    std::uint64_t left = binomial(codewords, at_least[1] / at_least[0]);
    counters.histogram[0] += codewords - left;
    std::uint64_t corrected = 0;
    for (std::size_t n = 1; n <= correctable && left > 0; ++n) {
        const std::uint64_t more =
            at_least[n] > 0.0 ? binomial(left, at_least[n + 1] / at_least[n]) : 0;
        const std::uint64_t drawn = left - more;
        left = more;
        counters.histogram[n] += drawn;
        counters.corrected_codewords += drawn;
        corrected += n * drawn;
    }
    counters.uncorrectable_codewords += left;
    counters.corrected_symbols += corrected;

    double weight = 0.0;
    for (const double each : ratio) {
        weight += each;
    }
    for (std::size_t lane = 0; lane < lanes && corrected > 0; ++lane) {
        const std::uint64_t drawn =
            weight > ratio[lane] ? binomial(corrected, ratio[lane] / weight) : corrected;
        weight -= ratio[lane];
        corrected -= drawn;
        if (drawn == 0) {
            continue;
        }
        const double bits_per_error = 10.0 * ber[lane] / (ratio[lane] * parts_of_symbol(format_));
        counters.corrected_bits += drawn + binomial(9 * drawn, (bits_per_error - 1.0) / 9.0);
        if (physical_of[lane] != lane_map::none) {
            counters.lane_symbol_errors[physical_of[lane]] += drawn;
            counters.window_errors[physical_of[lane]] += static_cast<std::uint32_t>(drawn);
        }
    }
}

}  // namespace luxlane::wide_link
