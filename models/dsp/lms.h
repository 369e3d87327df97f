#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/dsp/receive_filter.h"
#include "models/photonics/lane_parameters.h"

namespace luxlane::dsp {

enum class lms_rule { least_mean_squares, sign_sign };

struct lms_options {
    photonics::modulation format = photonics::modulation::nrz;
    filter_shape shape = {};
    lms_rule rule = lms_rule::least_mean_squares;
    /// Step of the taps per symbol, with samples, symbols and error scaled to -1 .. 1.
    double step_size = 0.002;
    double level_weight = 0.002;  ///< share of each symbol in the running levels, (0, 1]
    /// The lowest and highest level of the samples, roughly (automatic gain and offset control);
    /// only the speed of adaptation depends on them.
    double lowest_a = 0.0, highest_a = 1.0;
    unsigned window = 4096;  ///< symbols over which error power is averaged, at least 64
    double tolerance = 0.1;  ///< change of error power between windows that counts as settled
};

/// All that adaptation remembers, in scaled units.
struct lms_state {
    std::array<double, FORWARD_TAPS> forward = {0.0, 0.0, 1.0, 0.0, 0.0};
    std::array<double, FEEDBACK_TAPS> feedback{};
    double offset = 0.0;
    std::array<double, 4> mean{};                 ///< of the equalised signal, by decided symbol
    std::array<double, 4> variance{};             ///< likewise
    std::array<double, FEEDBACK_TAPS> decided{};  ///< newest first, -1 .. 1
    double error_power = 0.0;                     ///< of the last full window
    double window_power = 0.0;                    ///< sum over the window begun
    std::uint32_t window_symbols = 0;
    double settled_power = 0.0;         ///< when it settled
    std::uint32_t settled_windows = 0;  ///< in succession
    std::uint64_t symbols = 0;
    bool frozen = false;

    bool operator==(const lms_state&) const = default;
};

/// Adaptive equaliser, w += mu e x (Widrow) or w += mu sgn(e) sgn(x), on the signal
///   z[k] = sum_i forward[i] x[k+2-i] - sum_i feedback[i] d[k-1-i] + offset,
/// towards the symbols d in -1 .. 1. The inner levels of PAM4 follow their measured means, so that
/// a compressed emitter is met half-way; the outer two stay at -1 and 1. Sign-sign settles
/// where signs, not products, are uncorrelated: at the least mean square as far as errors are
/// Gaussian and no two inputs share their signs (late forward taps and feedback do).
class lms_equaliser {
public:
    /// Windows in succession without change of error power that count as convergence, until a
    /// window has more than LOST_POWER times what it was then.
    static constexpr std::uint32_t SETTLED_WINDOWS = 3;
    static constexpr double LOST_POWER = 2.0;

    /// Impossible shapes: std::invalid_argument; numbers outside their range: std::out_of_range.
    explicit lms_equaliser(const lms_options& options);

    /// Adapts to [n + 4] samples, A, from two symbols before the block, and its [n] symbols 0 .. 3
    /// (a training sequence). Sizes that do not fit: std::invalid_argument. A least-mean-squares
    /// step not below `step_limit` of these samples: std::out_of_range, taps untouched.
    void train(std::span<const float> samples, std::span<const std::uint8_t> symbols);

    /// The same by the equaliser's own decisions, which must be mostly right already.
    void follow(std::span<const float> samples);

    /// Largest step at which the mean of the taps is stable: 2 / (N Px), N taps with inputs of mean
    /// power Px (Widrow and Stearns, Adaptive Signal Processing, 6). The scatter of the taps asks
    /// for about a tenth of it.
    double step_limit(std::span<const float> samples) const;

    /// Taps and levels stay as they are until `freeze(false)`; decisions go on.
    void freeze(bool on) { state_.frozen = on; }
    bool converged() const { return state_.settled_windows >= SETTLED_WINDOWS; }

    const lms_state& state() const { return state_; }
    void restore(const lms_state& state) { state_ = state; }

    /// Values of the symbols in 0 .. 1 as measured.
    std::array<double, 4> levels() const;

    /// The equaliser in the form of the other fidelities: main tap 1, forward taps in steps of the
    /// shape, thresholds at the optimum between the measured levels. A main tap that is not
    /// positive, as after adapting to noise: std::domain_error.
    receive_filter filter() const;

private:
    void adapt(std::span<const float> samples, const std::uint8_t* symbols);
    unsigned decide(double z) const;
    void update(std::span<const double, FORWARD_TAPS> x, unsigned symbol, double z);
    void watch_error(double error);
    double scaled(float sample) const { return (static_cast<double>(sample) - centre_a_) * scale_; }
    double target(unsigned symbol) const;
    std::array<double, 3> thresholds() const;

    lms_options options_;
    lms_state state_;
    double centre_a_, scale_;
    unsigned top_;  ///< highest symbol
    std::size_t first_tap_, last_tap_;
};

}  // namespace luxlane::dsp
