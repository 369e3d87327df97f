#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/dsp/jitter.h"
#include "models/photonics/extraction.h"

namespace luxlane::dsp {

struct cdr_options {
    double proportional_ui = 1.0 / 1024;  ///< phase moved by each vote, (0, 0.25]
    double integral_ui = 0.0;             ///< phase per symbol gained by each vote, [0, 0.01]
    unsigned interpolator_steps = 32;     ///< phases of the interpolator in a symbol, 4 .. 1024
    unsigned lock_window = 256;           ///< votes that the lock detector looks at, 16 or more
    /// Share of the rarer vote in a window that counts as lock; while the loop slews or slips, one
    /// direction is all but alone.
    double lock_minority = 0.1;
};

/// +1: the clock is early and must move later, -1: late, 0: no transition, no news.
using phase_vote = int;

/// Alexander's phase detector (Electronics Letters 11, 541, 1975): `edge` is sampled half a symbol
/// after `before` and half a symbol before `after`.
constexpr phase_vote alexander(bool before, bool edge, bool after) {
    if (before == after)
        return 0;
    return edge == before ? 1 : -1;
}

/// Bang-bang clock recovery: votes drive a proportional and an integral path into a phase
/// accumulator, of which the interpolator can render whole steps. Phases count in unit intervals,
/// unwrapped, positive when the clock is late.
class bang_bang_cdr {
public:
    /// Numbers outside their range: std::out_of_range.
    explicit bang_bang_cdr(const cdr_options& options, double phase_ui = 0.0);

    /// One symbol's vote.
    void step(phase_vote vote);

    double phase_ui() const;  ///< of the sampling clock
    bool locked() const { return locked_; }

private:
    cdr_options options_;
    double phase_, frequency_ = 0.0;  // phase per symbol, of the integral path
    unsigned votes_ = 0, late_votes_ = 0;
    bool locked_ = false;
};

/// What the data do while a clock is recovered from them: random NRZ bits of stream `data`, their
/// jitter, and a constant drift of their phase per symbol (frequency offset).
struct cdr_input {
    jitter_generator jitter{{}, 0.0, {}};
    stream_key data = {};
    double initial_phase_ui = 0.0;
    double drift_ui = 0.0;
};

struct cdr_run {
    std::vector<double> phase_ui;            ///< [symbol] of the clock
    std::vector<double> error_ui;            ///< [symbol] phase of the data less that of the clock
    std::optional<std::uint64_t> lock_time;  ///< symbols until lock was first seen
    bool locked;                             ///< at the end
};

/// Ideal edges: each lies exactly where jitter and drift put it. From clock phase 0.
cdr_run track_edges(const cdr_options& options, const cdr_input& input, std::size_t symbols);

/// Edges and data as slicers see them in the waveform of a lane, over its swing: `response` gives
/// the pulse at sixteen phases (straight lines between), `threshold` decides, each sample has noise
/// of rms `noise` (independent, stream purpose of `data` + 1). The clock's phase counts from the
/// main cursor.
cdr_run track_waveform(const cdr_options& options, const photonics::phase_response& response,
                       double threshold, double noise, const cdr_input& input, std::size_t symbols);

/// Gain from sinusoidal jitter of the data, `amplitude_ui` at `frequency` cycles per symbol, to the
/// clock, measured over 16 periods once settled. `random_ui` of jitter on each edge linearises the
/// detector.
double jitter_transfer(const cdr_options& options, double amplitude_ui, double frequency,
                       double random_ui, const stream_key& data);

/// Largest sinusoidal amplitude, UI within 1 %, at which no edge of 16 periods strays from the
/// clock by more than `margin_ui` (the eye's half width), in (0, 0.5), else std::out_of_range; at
/// most 1000.
double jitter_tolerance(const cdr_options& options, double margin_ui, double frequency,
                        double random_ui, const stream_key& data);

/// Frequency, cycles per symbol, above which the loop cannot follow sinusoidal jitter of this
/// amplitude because each vote moves it by no more than Kp: Kp TD / (2 pi A), TD the density of
/// transitions (Lee, Kundert and Razavi, IEEE JSSC 39, 1571, 2004).
double slewing_corner(const cdr_options& options, double transition_density, double amplitude_ui);

/// Corner of the jitter transfer, cycles per symbol, where random jitter of `random_ui` rms much
/// above Kp and the sine linearises the detector to the gain sqrt(2 / pi) / random:
/// Kp TD sqrt(2 / pi) / (2 pi random). Integral path and interpolator steps left out.
double linear_corner(const cdr_options& options, double transition_density, double random_ui);

}  // namespace luxlane::dsp
