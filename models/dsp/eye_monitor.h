#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::dsp {

/// The inside of an eye in which no more than a given number of errors were counted.
struct eye_opening {
    double height_a;     ///< from the lowest to the highest threshold, at `phase`
    double width_ui;     ///< from the first to the last phase, at `threshold_a`
    std::size_t phase;   ///< where the eye is highest; the middle one if several are
    double threshold_a;  ///< middle of the height there
};

/// Eye monitor as receivers have it: a second slicer that is stepped through sixteen phases and a
/// grid of thresholds and compared with the symbols that were received, counting ones and errors.
/// Every step here sees the same symbols. Memory and the cost of a query grow with the steps.
class eye_monitor {
public:
    static constexpr std::size_t PHASES = 16;

    /// Thresholds at `steps` (2 .. 4096) equal distances from `lowest_a` to `highest_a`, else
    /// std::out_of_range.
    eye_monitor(photonics::modulation format, double lowest_a, double highest_a, std::size_t steps);

    /// Counts [n * 16] samples, A, of [n] known symbols (0, 1; PAM4 0 .. 3): sample p of symbol k
    /// is element 16 k + p and belongs to phase p. Sizes that do not fit or other symbols:
    /// std::invalid_argument.
    void count(std::span<const float> waveform, std::span<const std::uint8_t> symbols);

    void clear();

    std::size_t steps() const { return steps_; }
    std::size_t eyes() const { return levels_ - 1; }  ///< 1, PAM4 3, the lowest first
    std::uint64_t symbols() const { return symbols_; }
    double threshold_a(std::size_t step) const;

    /// Samples above the threshold. Steps or phases outside the grid, here and below:
    /// std::out_of_range.
    std::uint64_t ones(std::size_t phase, std::size_t step) const;

    /// Samples on the wrong side of it for `eye`, which tells symbols above `eye` from the others.
    std::uint64_t errors(std::size_t eye, std::size_t phase, std::size_t step) const;

    /// The eye diagram: samples between this threshold and the next, step 0 .. steps - 2.
    std::uint64_t hits(std::size_t phase, std::size_t step) const;

    /// Nothing if the eye is closed at every phase and threshold. Both figures are low by up to two
    /// steps of the grid, since they end at points that were tried.
    std::optional<eye_opening> opening(std::size_t eye, std::uint64_t allowed_errors) const;

private:
    std::size_t cell(std::size_t symbol, std::size_t phase, std::size_t thresholds_below) const {
        return (symbol * PHASES + phase) * (steps_ + 1) + thresholds_below;
    }
    void check(std::size_t phase, std::size_t step) const;
    std::vector<std::uint64_t> error_column(std::size_t eye, std::size_t phase) const;

    std::size_t levels_, steps_;
    double lowest_a_, step_a_;
    std::uint64_t symbols_ = 0;
    std::vector<std::uint64_t> counts_;  ///< [symbol][phase][thresholds below the sample]
};

}  // namespace luxlane::dsp
