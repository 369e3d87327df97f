#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "models/dsp/interference.h"

namespace luxlane::dsp {

/// The law of interference around each wanted symbol, as `interference` gives them.
using symbol_laws = std::vector<interference_law>;

/// Paints the densities of an eye: spreads the lattices of interference over voltage bins and
/// convolves them with the noise of each cell, which is mixed from a few widths.
class density_painter {
public:
    /// Bins that hold all of `phases` ([phase][view]) but 1e-7 and 4.5 sigma; at least two.
    density_painter(std::span<const std::vector<symbol_laws>> phases, double amplitude_a,
                    std::size_t bins);

    /// [bin] centres, A.
    std::vector<double> voltages() const;

    /// [bin] shares of all views together; their sum is 1.
    std::vector<double> paint(std::span<const symbol_laws> views) const;

private:
    static constexpr std::size_t CLASSES = 3;
    /// A picture's densities span five or six decades: single precision has room to spare.
    using row = std::vector<float>;

    double class_variance(std::size_t c) const;
    row kernel(double variance) const;
    void scatter(const interference_law& view, std::array<row, CLASSES>& spread) const;
    void convolve(const row& from, const row& kernel, row& to) const;

    double amplitude_a_;
    std::size_t bins_;
    double first_ = 0.0, step_ = 1.0;
    double least_, greatest_ = 0.0;
    std::array<row, CLASSES> kernels_;
};

}  // namespace luxlane::dsp
