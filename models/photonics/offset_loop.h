#pragma once

namespace luxlane::photonics {

/// The loop that takes the average photocurrent off the amplifier's input: a high-pass of one pole
/// that acts through a converter. What its low cut does to data is `baseline_wander`.
struct offset_loop {
    double corner_hz = 10e3;
    unsigned converter_bits = 5;  ///< JSSC May 2024
    double range_a = 20e-6;       ///< average photocurrent that it can take off
};

/// Greatest offset that the converter's steps leave, A: half a step.
double residual_offset_a(const offset_loop& loop);

/// Time in which a change of the average falls to `fraction` (0 .. 1) of itself, s.
double settling_time_s(const offset_loop& loop, double fraction);

/// Part of the level that a run of `symbols` equal symbols loses: 1 - exp(-2 pi f_L n T).
double run_droop(const offset_loop& loop, double symbol_s, double symbols);

}  // namespace luxlane::photonics
