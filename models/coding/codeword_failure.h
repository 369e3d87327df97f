#pragma once

#include <span>

#include "models/coding/fec_kind.h"

namespace luxlane::coding {

// Ratios are probabilities, 0..1; every function throws std::out_of_range for others. Results are
// sums of positive terms: exact in all their digits however small they are, down to 1e-300.

/// Probability that a 10-bit symbol is wrong if bits are, independently: 1 - (1 - p)^10.
double symbol_error_ratio(double bit_error_ratio);

/// Probability that a codeword has more symbol errors than the code corrects,
/// sum over i > t of C(n,i) s^i (1-s)^(n-i), for independent symbol errors of ratio s.
double codeword_failure_ratio(fec_kind kind, double symbol_error_ratio);

/// The same for symbols that differ, because lanes do: one error ratio for each of the codeword's n
/// symbols, in any order. std::invalid_argument on another count.
double codeword_failure_ratio(fec_kind kind, std::span<const double> symbol_error_ratios);

/// Bit error ratio before the decoder at which codewords fail with a ratio between 0 and 1.
double bit_error_ratio_for(fec_kind kind, double codeword_failure_ratio);

/// Probability that a word with more errors than the code corrects lies so near to another codeword
/// that it is corrected to that one: the share of all words that a decoder of t errors accepts,
/// at most 1 / t! (McEliece and Swanson, IEEE Trans. Inf. Theory 32, 701 (1986)). Without a code
/// every word is accepted: 1.
double miscorrection_ratio(fec_kind kind);

/// Probability that a codeword is wrong and nothing shows it.
double undetected_ratio(fec_kind kind, double symbol_error_ratio);

/// Bit error ratio behind the decoder, which leaves uncorrectable codewords as they are, for
/// independent bit errors before it.
double decoded_bit_error_ratio(fec_kind kind, double bit_error_ratio);

}  // namespace luxlane::coding
