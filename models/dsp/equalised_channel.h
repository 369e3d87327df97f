#pragma once

#include <array>

#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// Symbols that reach one equalised sample; element m belongs to v[k + 8 - m].
inline constexpr std::size_t RESPONSE_TAPS = PULSE_TAPS + FORWARD_TAPS;
inline constexpr std::size_t RESPONSE_MAIN = PRE_CURSORS + FORWARD_PRE;
/// The same of a neighbour: element m belongs to v_n[k + 4 - m].
inline constexpr std::size_t CROSSTALK_RESPONSE_TAPS = CROSSTALK_TAPS + FORWARD_TAPS - 1;

/// A weighted sum of five successive samples' L, written as a sum over symbols.
struct symbol_response {
    std::array<double, RESPONSE_TAPS> linear{};
    std::array<double, RESPONSE_TAPS> pair{};  ///< [m] of v[k + 8 - m] v[k + 7 - m]
    std::array<std::array<double, CROSSTALK_RESPONSE_TAPS>, MAX_NEIGHBOURS> crosstalk{};
};

/// sum_i weight[i] L[k + 2 - i]. Samples an odd number of symbols from the main one follow `odd`,
/// which lets their sampling instants differ.
symbol_response weigh(const sampled_channel& even, const sampled_channel& odd,
                      const std::array<double, FORWARD_TAPS>& weight);

/// The signal before the slicer over amplitude_a, feedback applied with right decisions:
/// constant + signal + noise. The noise is Gaussian for given symbols; where the wanted symbol is
/// s, its variance is variance_constant[s] + variance[s]: a straight line in the other symbols
/// around their mean, the roots of successive samples' variances included to second order.
struct equalised_channel {
    symbol_response signal;
    double constant = 0.0;
    std::array<symbol_response, 4> variance;
    std::array<double, 4> variance_constant{};
};

equalised_channel equalise(const sampled_channel& even, const sampled_channel& odd,
                           const receive_filter& filter);

/// Mean and variance over all symbols but the wanted one, of which the value is given.
struct conditional_moments {
    double mean, variance;
};
conditional_moments moments(const symbol_response& response, const sampled_channel& channel,
                            double wanted);

/// Bits in which the Gray codes of two symbols differ.
unsigned gray_distance(unsigned a, unsigned b);

}  // namespace luxlane::dsp
