#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "models/dsp/error_counter.h"
#include "models/dsp/eye_monitor.h"
#include "models/dsp/interference.h"
#include "models/dsp/statistical_eye.h"

namespace luxlane::dsp {

/// The error ratio at one sampling phase, with its 95 % confidence. Whether anybody has seen it:
/// an extrapolated point follows from others by a model.
struct bathtub_point {
    double phase_ui, ber, low, high;
    bool extrapolated;
};

/// What a count found at `phase_ui`. Without errors `ber` is 0 and `high` what that proves.
bathtub_point counted_point(double phase_ui, const error_counter& counter);

/// The counted bathtub of one of an eye monitor's eyes at threshold `step`, its middle phase at 0;
/// errors of symbols, not of bits. std::out_of_range as `eye_monitor::errors`.
std::vector<bathtub_point> counted_bathtub(const eye_monitor& monitor, std::size_t eye,
                                           std::size_t step);

/// The law's bathtub. Nothing was counted, but nothing was extrapolated either: its interval is the
/// value.
std::vector<bathtub_point> statistical_bathtub(const statistical_eye& eye);

/// Between which phases the points have their widest gap, if that is wider than the steps between
/// the others: there the counted flanks end. Else NaN: their floor was counted, or nothing.
struct phase_gap {
    double left_ui, right_ui;
};
phase_gap gap_of(std::span<const bathtub_point> points);

/// A value with its 95 % confidence.
struct estimate {
    double value, low, high;
};

/// Dual-Dirac model of a bathtub (FC-MJSQ, INCITS TR-35-2004, 8.3): the eye's edges stand at two
/// instants, blurred by Gaussians:
///   ber(x) = density (Q((x - left) / left_rms) + Q((right - x) / right_rms)),
/// Q the normal tail. A sampler cannot tell jitter from noise: the noise over the slope of the
/// flanks is part of what it calls random.
class dual_dirac {
public:
    /// Fits a line to each flank's quantiles of ber / `transition_density`, weighted by their
    /// intervals. Uses points that are no extrapolation, lie above 0 and at most at a tenth of the
    /// density, well above the floor if that was seen. Fewer than two on either side, or flanks
    /// that do not fall: nothing. `transition_density` outside (0, 1]: std::out_of_range.
    static std::optional<dual_dirac> fit(std::span<const bathtub_point> points,
                                         double transition_density = 0.5);

    /// Distance of the Diracs, and the mean of the flanks' rms, UI. A negative distance: the flanks
    /// are steeper towards their feet than a Gaussian.
    estimate deterministic_ui() const;
    estimate random_ui() const;

    /// Part of the unit interval that the edges take at `ber`: deterministic + 2 Q^-1(ber /
    /// density) random. `ber` in (0, density), here and below: else std::domain_error.
    estimate total_ui(double ber) const;
    /// The rest of it; at most 0: closed.
    estimate width_ui(double ber) const;

    /// Whether `ber` lies below what was fitted, on either side.
    bool extrapolates(double ber) const {
        return ber < std::max(left_.lowest_ber, right_.lowest_ber);
    }

    /// The model's value; `extrapolated` where it is below every point of this flank.
    bathtub_point at(double phase_ui) const;

private:
    /// quantile = offset + slope phase, phases of the right flank counted backwards.
    struct line {
        double offset, slope;
        std::array<double, 3> covariance;  ///< of offset; of both; of slope
        double lowest_ber;                 ///< that was fitted

        double phase_at(double quantile) const { return (quantile - offset) / slope; }
        double variance_at(double quantile) const;
    };
    static std::optional<line> fit_line(std::span<const bathtub_point> points, double density);
    double quantile_of(double ber) const;

    line left_, right_;
    double density_;
};

/// Where a bathtub passes `ber`, sought from the main cursor, logarithmic between points; the
/// outermost phases if it does not. Closed or without points: 0 and 0.
struct eye_span {
    double left_ui = 0.0, right_ui = 0.0;
    double width_ui() const { return right_ui - left_ui; }
};
eye_span span_at(std::span<const bathtub_point> points, double ber);

/// Between which values the law's tails of adjacent levels leave an eye at `ber` (in 0 .. 0.5), the
/// lowest eye first, over amplitude_a. Closed: low above high.
struct level_gap {
    double low, high;
};
std::vector<level_gap> gaps_at(std::span<const interference_law> levels, double ber);

}  // namespace luxlane::dsp
