#include "models/photonics/core_coupling.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace luxlane::photonics {

namespace {

constexpr double SIDES = 4.0;

/// P <- P + sum over neighbours of `part` (P_j - P_i), for all lanes at once.
void exchange(const coupled_lanes& bundle, double part, const std::vector<double>& from,
              std::vector<double>& to) {
    to = from;
    const auto pair = [&](std::size_t a, std::size_t b) {
        const double flow = part * (from[a] - from[b]);
        to[a] -= flow;
        to[b] += flow;
    };
    for (std::size_t lane = 0; lane < bundle.lanes; ++lane) {
        if (lane % bundle.columns + 1 < bundle.columns && lane + 1 < bundle.lanes)
            pair(lane, lane + 1);
        if (lane + bundle.columns < bundle.lanes)
            pair(lane, lane + bundle.columns);
    }
}

void check(const coupled_lanes& bundle, double length_m) {
    if (bundle.lanes == 0 || bundle.columns == 0)
        throw std::out_of_range("coupled lanes: lanes and columns must be at least 1");
    if (!(bundle.coupling_per_m >= 0.0 && std::isfinite(bundle.coupling_per_m)))
        throw std::out_of_range("coupled lanes: coupling_per_m = " +
                                std::to_string(bundle.coupling_per_m) + " 1/m must be 0 or more");
    if (!(length_m >= 0.0 && std::isfinite(length_m)))
        throw std::out_of_range("coupled lanes: length_m = " + std::to_string(length_m) +
                                " m must be 0 or more");
}

}  // namespace

std::vector<double> coupled_power(const coupled_lanes& bundle, double length_m,
                                  std::span<const double> launched) {
    check(bundle, length_m);
    if (launched.size() != bundle.lanes)
        throw std::invalid_argument("coupled lanes: " + std::to_string(launched.size()) +
                                    " powers for " + std::to_string(bundle.lanes) + " lanes");
    // Uniformisation: exp(-K z) is a Poisson mixture of steps in which every border of two lanes
    // passes a quarter of the difference. All terms are positive, so nothing cancels.
    const double steps = SIDES * bundle.coupling_per_m * length_m;
    constexpr double most_at_once = 32.0;  // exp(-32) is far from underflow
    const auto sections = std::max(std::ceil(steps / most_at_once), 1.0);
    const double mean = steps / sections;
    std::vector<double> power(launched.begin(), launched.end()), term, next, sum;
    for (double section = 0.0; section < sections; section += 1.0) {
        double probability = std::exp(-mean), counted = probability;
        term = power;
        sum = power;
        for (double& value : sum)
            value *= probability;
        for (double count = 1.0; 1.0 - counted > 1e-16 && probability > 1e-18; count += 1.0) {
            exchange(bundle, 1.0 / SIDES, term, next);
            term.swap(next);
            probability *= mean / count;
            counted += probability;
            for (std::size_t lane = 0; lane < sum.size(); ++lane)
                sum[lane] += probability * term[lane];
        }
        for (std::size_t lane = 0; lane < sum.size(); ++lane)
            power[lane] = sum[lane] / counted;
    }
    return power;
}

double two_lane_exchange(double coupling_per_m, double length_m) {
    return -0.5 * std::expm1(-2.0 * coupling_per_m * length_m);
}

}  // namespace luxlane::photonics
