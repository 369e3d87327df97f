#include "models/dsp/density_painter.h"

#include <algorithm>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane::dsp {

density_painter::density_painter(std::span<const std::vector<symbol_laws>> phases,
                                 double amplitude_a, std::size_t bins)
    : amplitude_a_(amplitude_a), bins_(bins), least_(INFINITY) {
    constexpr double negligible = 1e-7;
    constexpr double margin_sigma = 4.5;
    double low = INFINITY;
    double high = -INFINITY;
    for (const auto& views : phases)
        for (const symbol_laws& signal : views)
            for (const interference_law& view : signal) {
                // Only the outermost cells can extend the range by more than their own reach.
                double widest = 0.0;
                std::size_t first = view.mass.size(), last = 0;
                for (std::size_t i = 0; i < view.mass.size(); ++i) {
                    if (view.mass[i] < negligible)
                        continue;
                    first = std::min(first, i);
                    last = i;
                    least_ = std::min(least_, view.variance[i]);
                    widest = std::max(widest, view.variance[i]);
                }
                if (first == view.mass.size())
                    continue;
                greatest_ = std::max(greatest_, widest);
                low = std::min(low,
                               view.value(first) - margin_sigma * std::sqrt(view.variance[first]));
                high = std::max(high,
                                view.value(last) + margin_sigma * std::sqrt(view.variance[last]));
            }
    const double widest = std::max(high - low, 1e-12);
    step_ = widest / static_cast<double>(bins_);
    first_ = low + 0.5 * step_;
    for (std::size_t c = 0; c < CLASSES; ++c)
        kernels_[c] = kernel(class_variance(c));
}

std::vector<double> density_painter::voltages() const {
    std::vector<double> out(bins_);
    for (std::size_t i = 0; i < bins_; ++i)
        out[i] = amplitude_a_ * (first_ + static_cast<double>(i) * step_);
    return out;
}

std::vector<double> density_painter::paint(std::span<const symbol_laws> views) const {
    std::array<row, CLASSES> spread;
    for (row& bins : spread)
        bins.assign(bins_, 0.0f);
    for (const symbol_laws& signal : views)
        for (const interference_law& view : signal)
            scatter(view, spread);
    row shares(bins_, 0.0f);
    for (std::size_t c = 0; c < CLASSES; ++c)
        convolve(spread[c], kernels_[c], shares);
    double sum = 0.0;
    for (const float share : shares)
        sum += share;
    std::vector<double> density(shares.begin(), shares.end());
    for (double& part : density)
        part /= sum;
    return density;
}

double density_painter::class_variance(std::size_t c) const {
    return least_ + (greatest_ - least_) * static_cast<double>(c) / (CLASSES - 1);
}

/// Shares of a Gaussian in the bins around its centre.
density_painter::row density_painter::kernel(double variance) const {
    constexpr double reach_sigma = 5.0;
    const double sigma = std::sqrt(variance) / step_;
    const auto reach = std::min(bins_, static_cast<std::size_t>(std::ceil(reach_sigma * sigma)));
    row out(2 * reach + 1);
    double inner = normal_tail(-0.5 / sigma);
    for (std::size_t i = 0; i <= reach; ++i) {
        const double outer = normal_tail((static_cast<double>(i) + 0.5) / sigma);
        out[reach + i] = out[reach - i] = static_cast<float>(inner - outer);
        inner = outer;
    }
    return out;
}

void density_painter::scatter(const interference_law& view,
                              std::array<row, CLASSES>& spread) const {
    const double span = greatest_ - least_;
    const double scale = span > 0.0 ? (CLASSES - 1) / span : 0.0;
    const auto last = static_cast<double>(bins_ - 1);
    const double start = (view.first - first_) / step_;
    const double pitch = view.step / step_;
    for (std::size_t i = 0; i < view.mass.size(); ++i) {
        if (view.mass[i] == 0.0)
            continue;
        const double place = std::clamp(start + static_cast<double>(i) * pitch, 0.0, last);
        const auto bin = static_cast<std::size_t>(std::min(place, last - 1.0));
        const double theta = place - static_cast<double>(bin);
        const double variance = std::clamp((view.variance[i] - least_) * scale, 0.0, CLASSES - 1.0);
        const auto narrow = static_cast<std::size_t>(std::min(variance, CLASSES - 2.0));
        const double wide = variance - static_cast<double>(narrow);
        const std::array<double, 2> share = {1.0 - wide, wide};
        for (std::size_t c = 0; c < 2; ++c) {
            row& bins = spread[narrow + c];
            bins[bin] += static_cast<float>(view.mass[i] * share[c] * (1.0 - theta));
            bins[bin + 1] += static_cast<float>(view.mass[i] * share[c] * theta);
        }
    }
}

void density_painter::convolve(const row& from, const row& kernel, row& to) const {
    const std::size_t reach = kernel.size() / 2;
    for (std::size_t i = 0; i < bins_; ++i) {
        const float mass = from[i];
        if (mass == 0.0f)
            continue;
        const std::size_t low = i > reach ? i - reach : 0;
        const std::size_t count = std::min(bins_, i + reach + 1) - low;
        const float* __restrict part = kernel.data() + (low + reach - i);
        float* __restrict out = to.data() + low;
        for (std::size_t k = 0; k < count; ++k)
            out[k] += mass * part[k];
    }
}

}  // namespace luxlane::dsp
