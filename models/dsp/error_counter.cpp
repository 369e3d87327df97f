#include "models/dsp/error_counter.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <stdexcept>

namespace luxlane::dsp {

namespace {

void check_confidence(double confidence) {
    if (!(confidence > 0.0 && confidence < 1.0))
        throw std::out_of_range(fmt::format("confidence must lie in (0, 1), not {}", confidence));
}

/// The t that Student's |t| with `degrees` of freedom exceeds with probability `both_tails`.
double student_t(double degrees, double both_tails) {
    const double x = boost::math::ibeta_inv(0.5 * degrees, 0.5, both_tails);
    return std::sqrt(degrees * (1.0 - x) / x);
}

}  // namespace

error_interval clopper_pearson(std::uint64_t errors, std::uint64_t bits, double confidence) {
    check_confidence(confidence);
    if (bits == 0 || errors > bits)
        throw std::out_of_range(
            fmt::format("clopper_pearson: {} errors among {} bits", errors, bits));
    const double tail = 0.5 * (1.0 - confidence);
    const double k = static_cast<double>(errors);
    const double n = static_cast<double>(bits);
    return {errors == 0 ? 0.0 : boost::math::ibeta_inv(k, n - k + 1.0, tail),
            errors == bits ? 1.0 : boost::math::ibetac_inv(k + 1.0, n - k, tail)};
}

double upper_bound_without_errors(std::uint64_t bits, double confidence) {
    check_confidence(confidence);
    if (bits == 0)
        throw std::out_of_range("upper_bound_without_errors: no bits");
    return -std::expm1(std::log1p(-confidence) / static_cast<double>(bits));
}

void error_counter::add(const block_count& block) {
    if (block.errors > block.bits)
        throw std::invalid_argument("error_counter: more errors than bits");
    if (block.bits == 0)
        return;
    errors_ += block.errors;
    bits_ += block.bits;
    ++blocks_;
    const double e = static_cast<double>(block.errors);
    const double n = static_cast<double>(block.bits);
    errors_squared_ += e * e;
    errors_times_bits_ += e * n;
    bits_squared_ += n * n;
}

double error_counter::ber() const {
    return bits_ ? static_cast<double>(errors_) / static_cast<double>(bits_) : 0.0;
}

error_interval error_counter::independent_interval(double confidence) const {
    check_confidence(confidence);
    if (bits_ == 0)
        return {0.0, 1.0};
    if (errors_ == 0)
        return {0.0, upper_bound_without_errors(bits_, confidence)};
    return clopper_pearson(errors_, bits_, confidence);
}

std::optional<error_interval> error_counter::block_interval(double confidence) const {
    check_confidence(confidence);
    if (blocks_ < MINIMUM_BLOCKS || errors_ == 0)
        return std::nullopt;
    const double p = ber();
    const double m = static_cast<double>(blocks_);
    const double squares = errors_squared_ - 2.0 * p * errors_times_bits_ + p * p * bits_squared_;
    const double sigma =
        std::sqrt(std::max(squares, 0.0) * m / (m - 1.0)) / static_cast<double>(bits_);
    const double reach = student_t(m - 1.0, 1.0 - confidence) * sigma;
    return error_interval{std::max(p - reach, 0.0), std::min(p + reach, 1.0)};
}

error_interval error_counter::interval(double confidence) const {
    error_interval wide = independent_interval(confidence);
    if (const auto scatter = block_interval(confidence)) {
        wide.low = std::min(wide.low, scatter->low);
        wide.high = std::max(wide.high, scatter->high);
    }
    return wide;
}

std::string_view to_string(stop_reason reason) {
    switch (reason) {
        case stop_reason::target_errors:
            return "target errors";
        case stop_reason::interval_width:
            return "interval width";
        case stop_reason::maximum_bits:
            return "maximum bits";
        case stop_reason::interrupted:
            return "interrupted";
    }
    return "unknown";
}

counted_ber count_until(const stop_rules& rules, const next_block& next) {
    check_confidence(rules.confidence);
    if (rules.maximum_bits == 0)
        throw std::out_of_range("count_until: maximum_bits must be at least 1");
    if (!(rules.relative_width >= 0.0))
        throw std::out_of_range(fmt::format(
            "count_until: relative_width must be at least 0, not {}", rules.relative_width));
    if (rules.predicted_ber && !(*rules.predicted_ber >= LOWEST_COUNTABLE_BER))
        throw std::domain_error(
            fmt::format("a bit error ratio of {:.1e} cannot be counted directly (lowest {:.0e}): "
                        "use importance sampling or the statistical eye",
                        *rules.predicted_ber, LOWEST_COUNTABLE_BER));

    error_counter counter;
    const auto narrow_enough = [&] {
        if (rules.relative_width == 0.0 || counter.errors() == 0)
            return false;
        const error_interval found = counter.interval(rules.confidence);
        return found.high - found.low <= rules.relative_width * counter.ber();
    };
    stop_reason reason;
    for (;;) {
        const auto block = next();
        if (!block) {
            reason = stop_reason::interrupted;
            break;
        }
        counter.add(*block);
        if (rules.target_errors != 0 && counter.errors() >= rules.target_errors) {
            reason = stop_reason::target_errors;
            break;
        }
        if (narrow_enough()) {
            reason = stop_reason::interval_width;
            break;
        }
        if (counter.bits() >= rules.maximum_bits) {
            reason = stop_reason::maximum_bits;
            break;
        }
    }
    const error_interval narrow = counter.independent_interval(rules.confidence);
    const error_interval wide = counter.interval(rules.confidence);
    return {.errors = counter.errors(),
            .bits = counter.bits(),
            .ber = counter.ber(),
            .low = wide.low,
            .high = wide.high,
            .reason = reason,
            .correlated = wide.high - wide.low > 1.5 * (narrow.high - narrow.low)};
}

}  // namespace luxlane::dsp
