#include "models/dsp/noise_colour.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace luxlane::dsp {

namespace {

constexpr std::size_t TAPS = photonics::NOISE_LAGS + 1;

/// Least power spectral density that the factorisation is given; a zero would make it crawl.
constexpr double SPECTRUM_FLOOR = 1e-4;

double least_spectrum(const noise_taps& r) {
    constexpr int points = 512;
    double least = INFINITY;
    for (int i = 0; i <= points; ++i) {
        double density = r[0];
        for (std::size_t lag = 1; lag < TAPS; ++lag)
            density +=
                2.0 * r[lag] * std::cos(std::numbers::pi * i / points * static_cast<double>(lag));
        least = std::min(least, density);
    }
    return least;
}

/// `r` with lags weighted 1 - amount * lag / 5.
noise_taps tapered(noise_taps r, double amount) {
    for (std::size_t lag = 1; lag < TAPS; ++lag)
        r[lag] *= 1.0 - amount * static_cast<double>(lag) / TAPS;
    return r;
}

noise_taps realisable(const noise_taps& r) {
    if (least_spectrum(r) >= SPECTRUM_FLOOR)
        return r;
    noise_taps full = tapered(r, 1.0);
    if (const double least = least_spectrum(full); least < SPECTRUM_FLOOR) {
        const double shrink = (1.0 - SPECTRUM_FLOOR) / (1.0 - least);
        std::for_each(full.begin() + 1, full.end(), [&](double& x) { x *= shrink; });
        return full;
    }
    double low = 0.0, high = 1.0;
    for (int step = 0; step < 40; ++step) {
        const double middle = 0.5 * (low + high);
        (least_spectrum(tapered(r, middle)) >= SPECTRUM_FLOOR ? high : low) = middle;
    }
    return tapered(r, high);
}

using matrix = std::array<noise_taps, TAPS>;

/// Gaussian elimination with row pivoting.
noise_taps solve(matrix a, noise_taps b) {
    for (std::size_t column = 0; column < TAPS; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < TAPS; ++row)
            if (std::abs(a[row][column]) > std::abs(a[pivot][column]))
                pivot = row;
        std::swap(a[column], a[pivot]);
        std::swap(b[column], b[pivot]);
        for (std::size_t row = column + 1; row < TAPS; ++row) {
            const double factor = a[row][column] / a[column][column];
            for (std::size_t i = column; i < TAPS; ++i)
                a[row][i] -= factor * a[column][i];
            b[row] -= factor * b[column];
        }
    }
    for (std::size_t row = TAPS; row-- > 0;) {
        for (std::size_t i = row + 1; i < TAPS; ++i)
            b[row] -= a[row][i] * b[i];
        b[row] /= a[row][row];
    }
    return b;
}

/// Newton's step towards F(c) = r, F(c)[l] = sum_i c[i] c[i+l]: since J(c) c = 2 F(c), the next c
/// solves J(c) x = r + F(c).
noise_taps wilson_step(const noise_taps& c, const noise_taps& r) {
    matrix jacobian{};
    noise_taps right = r;
    for (std::size_t lag = 0; lag < TAPS; ++lag)
        for (std::size_t i = 0; i + lag < TAPS; ++i) {
            jacobian[lag][i + lag] += c[i];
            jacobian[lag][i] += c[i + lag];
            right[lag] += c[i] * c[i + lag];
        }
    return solve(jacobian, right);
}

}  // namespace

noise_taps colour_noise(const std::array<double, photonics::NOISE_LAGS>& correlation) {
    noise_taps r{1.0};
    std::ranges::copy(correlation, r.begin() + 1);
    if (!std::ranges::all_of(r, [](double x) { return std::isfinite(x); }))
        throw std::invalid_argument("colour_noise: correlations must be finite");
    r = realisable(r);
    noise_taps c{1.0};
    double change = 1.0;
    for (int step = 0; step < 100 && change > 1e-14; ++step) {
        const noise_taps next = wilson_step(c, r);
        change = 0.0;
        for (std::size_t i = 0; i < TAPS; ++i)
            change = std::max(change, std::abs(next[i] - c[i]));
        c = next;
    }
    double power = 0.0;
    for (const double tap : c)
        power += tap * tap;
    for (double& tap : c)
        tap /= std::sqrt(power);
    return c;
}

}  // namespace luxlane::dsp
