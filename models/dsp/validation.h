#pragma once

#include <string_view>
#include <vector>

namespace luxlane::dsp {

/// One published figure beside the model's. The rows and their sources stand in
/// testbenches/vectors/published.csv under the same identifiers.
struct validation_row {
    std::string_view id;
    std::string_view use;  ///< calibrate: a parameter was chosen on it; sanity: it was not
    std::string_view quantity;
    std::string_view published;  ///< as printed in the source
    std::string_view unit;
    std::string_view source;
    double low, high;  ///< what the model must hit to pass
    double model;

    /// "pass" inside low .. high, "trend" within a factor of two of it, else "off".
    std::string_view verdict() const;
};

/// Computes every row from the models of photonics and dsp; some milliseconds.
/// Bit error ratios are those of the nominal lane of `default_800g`, four lit neighbours, trained
/// equaliser and threshold, at the row's length.
std::vector<validation_row> validate();

/// The bit error ratio behind rows M-2 and M-3: the nominal lane at `length_m` and `rate_bps`.
double nominal_ber(double length_m, double rate_bps);

}  // namespace luxlane::dsp
