#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace luxlane::dsp {

struct error_interval {
    double low, high;
};

/// Exact two-sided interval of an error probability from `errors` among `bits` independent ones
/// (Clopper and Pearson, Biometrika 26, 404, 1934). `confidence` in (0, 1), `bits` > 0 and `errors`
/// at most `bits`, else std::out_of_range.
error_interval clopper_pearson(std::uint64_t errors, std::uint64_t bits, double confidence = 0.95);

/// What a run that saw no error in `bits` proves at `confidence`, one-sided: 1 - (1 - c)^(1/bits),
/// at 95 % about 3 / bits. Errors as above.
double upper_bound_without_errors(std::uint64_t bits, double confidence = 0.95);

struct block_count {
    std::uint64_t errors = 0, bits = 0;
};

/// Counts errors block by block. Errors that come in bursts (feedback equaliser, interference) are
/// not independent; the scatter between blocks knows, as long as blocks are longer than bursts.
class error_counter {
public:
    /// Empty blocks are ignored; more errors than bits: std::invalid_argument.
    void add(const block_count& block);

    std::uint64_t errors() const { return errors_; }
    std::uint64_t bits() const { return bits_; }
    std::size_t blocks() const { return blocks_; }
    double ber() const;  ///< 0 before the first bit

    /// For independent errors. Without any error: 0 and `upper_bound_without_errors`; without any
    /// bit: 0 .. 1.
    error_interval independent_interval(double confidence = 0.95) const;

    /// From the variance of the blocks' ratios about the whole's (ratio estimate, Cochran, Sampling
    /// Techniques, 6.3), Student's t with one degree fewer than blocks. None below MINIMUM_BLOCKS
    /// blocks or without errors.
    std::optional<error_interval> block_interval(double confidence = 0.95) const;
    static constexpr std::size_t MINIMUM_BLOCKS = 8;

    /// The wider of the two on either side.
    error_interval interval(double confidence = 0.95) const;

private:
    std::uint64_t errors_ = 0, bits_ = 0;
    std::size_t blocks_ = 0;
    double errors_squared_ = 0.0, errors_times_bits_ = 0.0, bits_squared_ = 0.0;
};

/// When a counting run has seen enough; rules are looked at after each block, in this order.
struct stop_rules {
    std::uint64_t target_errors = 100;  ///< 0: no such rule
    double relative_width = 0.0;        ///< (high - low) / ber at most this; 0: no such rule
    std::uint64_t maximum_bits = 1'000'000'000;
    double confidence = 0.95;
    /// What another fidelity expects; below LOWEST_COUNTABLE_BER the run is refused.
    std::optional<double> predicted_ber = {};
};

/// Below this a direct count would take hours, and single-precision deviates end at 6.76 sigma.
inline constexpr double LOWEST_COUNTABLE_BER = 1e-9;

enum class stop_reason { target_errors, interval_width, maximum_bits, interrupted };
std::string_view to_string(stop_reason reason);

struct counted_ber {
    std::uint64_t errors, bits;
    double ber;
    double low, high;  ///< `error_counter::interval` at the rules' confidence
    stop_reason reason;
    /// Errors came in bursts: the scatter of blocks widened the interval by more than half.
    bool correlated;
};

/// Delivers one more block; nothing when the user has interrupted the run.
using next_block = std::function<std::optional<block_count>()>;

/// Counts until a rule or the user ends the run. No rule that ends a run (`maximum_bits` 0) and
/// confidence outside (0, 1): std::out_of_range. Predictions too low to count:
/// std::domain_error, which names the other ways.
counted_ber count_until(const stop_rules& rules, const next_block& next);

}  // namespace luxlane::dsp
