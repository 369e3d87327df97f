#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace luxlane::photonics {

/// Lanes of one fibre bundle on a grid, row by row (the last row may be incomplete), whose cores
/// exchange light with those of the up to four lanes beside them.
struct coupled_lanes {
    std::size_t lanes = 460;
    std::size_t columns = 22;
    double coupling_per_m = 1e-5;  ///< between two adjacent lanes: kappa x border core fraction
};

/// Light of each lane after `length_m`, [lane], by the coupled-power equation
/// dP_i/dz = sum_j kappa (P_j - P_i): the matrix exponential on `launched`, [lane]. No light is
/// made or lost. std::invalid_argument if `launched` has another size, std::out_of_range naming
/// what is not positive (length and coupling: negative), or NaN.
std::vector<double> coupled_power(const coupled_lanes& bundle, double length_m,
                                  std::span<const double> launched);

/// Part of one lane's light that two lanes alone would exchange: (1 - exp(-2 kappa L)) / 2.
double two_lane_exchange(double coupling_per_m, double length_m);

}  // namespace luxlane::photonics
