#pragma once

/// Physical constants of the SI, exact by its 2019 definition. Units: C, J/K, J s, m/s.
namespace luxlane::photonics {

inline constexpr double ELEMENTARY_CHARGE_C = 1.602176634e-19;
inline constexpr double BOLTZMANN_J_PER_K = 1.380649e-23;
inline constexpr double PLANCK_J_S = 6.62607015e-34;
inline constexpr double LIGHT_SPEED_M_PER_S = 2.99792458e8;
inline constexpr double PI = 3.14159265358979323846;

/// FWHM of a Gaussian over its standard deviation, 2 sqrt(2 ln 2).
inline constexpr double FWHM_PER_SIGMA = 2.3548200450309493;

/// Temperature at which the emitter and receiver figures were published.
inline constexpr double REFERENCE_TEMPERATURE_K = 300.0;

}  // namespace luxlane::photonics
