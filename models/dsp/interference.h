#pragma once

#include <cstddef>
#include <vector>

#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// What one wanted symbol may look like before the slicer, noise apart, over amplitude_a: cell i
/// stands for the value first + i step.
struct interference_law {
    double first = 0.0, step = 1.0;
    std::vector<double> mass;      ///< probability of each cell
    std::vector<double> variance;  ///< mean of the noise where the cell is hit, positive
    std::vector<double> spread;    ///< standard deviation of that variance, less than it

    double value(std::size_t cell) const { return first + static_cast<double>(cell) * step; }
};

/// Distribution of intersymbol interference and crosstalk behind an equaliser for each wanted
/// symbol: convolution along the symbol sequence on a lattice a small part of the noise wide. A
/// trellis over the symbol before carries the pairs; each cell carries the variance of the noise of
/// its patterns. Symbols of negligible effect are folded into the noise. Samples an even
/// and an odd number of symbols from the main one may differ in their instant. A channel with
/// numbers that are not finite: std::invalid_argument.
std::vector<interference_law> interference(const sampled_channel& even, const sampled_channel& odd,
                                           const receive_filter& filter);

}  // namespace luxlane::dsp
