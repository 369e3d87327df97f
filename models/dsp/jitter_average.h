#pragma once

#include <span>
#include <vector>

#include "models/dsp/statistical_eye.h"

namespace luxlane::dsp {

/// One displacement of the sampling instant and its probability.
struct jitter_node {
    double displacement_ui, weight;
};

/// Mean of an error probability over Gaussian and sinusoidal jitter; duty cycle, which moves even
/// and odd symbols against each other, is the caller's.
///
/// Between the steps at which the probability is known its Q factor is interpolated by cubics. Near
/// the widest opening the errors of either side cross within some hundredths of a symbol: steps of
/// 1/16 misjudge them by several percent, steps of 1/64 by less than a half.
class jitter_average {
public:
    static constexpr int STEPS = 64;         ///< of one unit interval
    static constexpr int COARSE_STEPS = 16;  ///< for many phases at once, away from the best one

    explicit jitter_average(const sampling_jitter& jitter, int steps = STEPS);

    int steps() const { return steps_; }  ///< of one unit interval

    /// The jitter as weighted displacements, weights together 1.
    std::span<const jitter_node> nodes() const { return nodes_; }

    /// Steps to either side of the sampling instant at which the probability must be known, at most
    /// half a unit interval; 0 without jitter.
    int reach() const { return reach_; }

    /// The mean around the middle one of 2 reach() + 1 `probabilities` a step apart; the outermost
    /// hold beyond. Another number of them: std::invalid_argument.
    double mean(std::span<const double> probabilities) const;

private:
    std::vector<jitter_node> nodes_;
    int steps_;
    int reach_;
};

}  // namespace luxlane::dsp
