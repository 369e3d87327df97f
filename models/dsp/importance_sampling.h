#pragma once

#include <cstdint>

#include "models/common/random.h"
#include "models/dsp/error_counter.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

struct sampled_ber {
    double ber;
    error_interval interval;
    std::uint64_t patterns;
};

/// Bit error ratio of the `symbol` fidelity where errors are too rare to be counted: importance
/// sampling. Patterns of all symbols that reach a decision are drawn for each sent symbol and each
/// of its thresholds from the law twisted exponentially towards that threshold, as far as an error
/// would most likely have brought them there (Sadowsky and Bucklew, IEEE Trans. Inf. Theory 36,
/// 579, 1990), and weighted by their likelihood. The noise of a pattern is integrated, not drawn.
/// Errors that follow errors through the feedback come as the factor of `error_propagation`.
///
/// The interval is that of the patterns' scatter, two-sided at `confidence` in (0, 1), else
/// std::domain_error. About `patterns` patterns are drawn in all, at least two of each kind. The
/// same stream gives the same answer.
sampled_ber sample_rare_errors(const sampled_channel& channel, const receive_filter& filter,
                               const stream_key& stream, std::uint64_t patterns,
                               double confidence = 0.95);

}  // namespace luxlane::dsp
