#include "models/photonics/training.h"

#include <cmath>

namespace luxlane::photonics {

namespace {

using sequence = std::array<std::uint8_t, TRAINING_SYMBOLS>;

/// The longest sequence of x^8 + x^4 + x^3 + x^2 + 1, and one more zero in its run of seven.
sequence de_bruijn() {
    sequence bits{};
    bits[8] = 1;
    for (std::size_t k = 9; k < TRAINING_SYMBOLS; ++k)
        bits[k] = bits[k - 8] ^ bits[k - 6] ^ bits[k - 5] ^ bits[k - 4];
    return bits;
}

/// Sum of products, in eight parts so that it vectorises.
double dot(const double* a, const double* b) {
    std::array<double, 8> parts{};
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; k += parts.size())
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts[i] = std::fma(a[k + i], b[k + i], parts[i]);
    return ((parts[0] + parts[4]) + (parts[1] + parts[5])) +
           ((parts[2] + parts[6]) + (parts[3] + parts[7]));
}

}  // namespace

std::span<const std::uint8_t, TRAINING_SYMBOLS> training_symbols(modulation format) {
    static const sequence nrz = de_bruijn();
    // The shift of the best condition among those with every run of three symbols.
    static const sequence pam4 = [] {
        constexpr std::size_t shift = 71;
        sequence symbols;
        for (std::size_t k = 0; k < symbols.size(); ++k)
            symbols[k] =
                static_cast<std::uint8_t>(2 * nrz[k] + nrz[(k + shift) % TRAINING_SYMBOLS]);
        return symbols;
    }();
    return format == modulation::pam4 ? pam4 : nrz;
}

tap_fit::tap_fit(modulation format, const std::array<double, 4>& level) : lower_{} {
    const auto symbols = training_symbols(format);
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        own_[k] = level[symbols[k]];
    const auto shifted = [&](std::size_t k, int tap) {
        return own_[(k + TRAINING_SYMBOLS + PRE_CURSORS - static_cast<std::size_t>(tap)) %
                    TRAINING_SYMBOLS];
    };
    design_.reserve(UNKNOWNS);
    for (int tap = 0; tap < PULSE_TAPS; ++tap) {
        if (tap == PRE_CURSORS)
            continue;
        column& c = design_.emplace_back();
        for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
            c[k] = shifted(k, tap) - own_[k];
    }
    for (int tap = 0; tap < PULSE_TAPS; ++tap) {
        column& c = design_.emplace_back();
        for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
            c[k] = shifted(k, tap) * shifted(k, tap + 1) - own_[k];
    }
    for (std::size_t row = 0; row < UNKNOWNS; ++row) {
        for (std::size_t col = 0; col <= row; ++col) {
            double rest = dot(design_[row].data(), design_[col].data());
            for (std::size_t i = 0; i < col; ++i)
                rest -= lower_[row][i] * lower_[col][i];
            lower_[row][col] = row == col ? std::sqrt(rest) : rest / lower_[col][col];
        }
    }
}

fitted_taps tap_fit::fit(std::span<const double, TRAINING_SYMBOLS> samples) const {
    column rest;
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        rest[k] = samples[k] - own_[k];
    std::array<double, UNKNOWNS> taps;
    for (std::size_t row = 0; row < UNKNOWNS; ++row) {
        double sum = dot(design_[row].data(), rest.data());
        for (std::size_t i = 0; i < row; ++i)
            sum -= lower_[row][i] * taps[i];
        taps[row] = sum / lower_[row][row];
    }
    for (std::size_t row = UNKNOWNS; row-- > 0;) {
        for (std::size_t i = row + 1; i < UNKNOWNS; ++i)
            taps[row] -= lower_[i][row] * taps[i];
        taps[row] /= lower_[row][row];
    }
    fitted_taps out;
    double main = 1.0;
    for (std::size_t j = 0; j < UNKNOWNS; ++j) {
        main -= taps[j];
        for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
            rest[k] = std::fma(-taps[j], design_[j][k], rest[k]);
    }
    auto next = taps.begin();
    for (int tap = 0; tap < PULSE_TAPS; ++tap)
        out.pulse[static_cast<std::size_t>(tap)] = tap == PRE_CURSORS ? main : *next++;
    for (double& pair : out.pair)
        pair = *next++;
    out.residual = std::sqrt(dot(rest.data(), rest.data()) / TRAINING_SYMBOLS);
    return out;
}

}  // namespace luxlane::photonics
