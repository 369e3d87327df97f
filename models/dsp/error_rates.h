#pragma once

namespace luxlane::dsp {

/// Bit error probabilities of one lane with equally likely, independent bits.
struct error_rates {
    double ber;
    double given_one;   ///< of a sent one; PAM4: equal to ber
    double given_zero;  ///< of a sent zero; PAM4: equal to ber
};

}  // namespace luxlane::dsp
