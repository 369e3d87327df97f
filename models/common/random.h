#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace luxlane {

/// Names one counter-based random stream. A value depends on the key and its position alone, so
/// that no order of evaluation, slicing or number of workers can change it.
struct stream_key {
    std::uint64_t seed = 0;
    std::uint32_t lane = 0;
    std::uint32_t purpose = 0;
};

/// The four words of Philox4x32-10 at `position` (Salmon et al., SC 2011; Random123's generator).
std::array<std::uint32_t, 4> random_block(const stream_key& key, std::uint64_t position);

/// Uniform in the open interval (0, 1): odd multiples of 2^-53, so that neither 0 nor 1 occurs.
double uniform53(const stream_key& key, std::uint64_t position);

/// Standard normal deviate by the inverse distribution function; tails are right to 8 sigma.
double gaussian(const stream_key& key, std::uint64_t position);

/// Standard normal deviates in single precision, `out[i]` belonging to `first_position + i`
/// (positions wrap at 2^64). Box-Muller on 32-bit words: tails are right to 6 sigma and end at
/// 6.76. AVX2, AVX-512 and the scalar twin give the same bits. Not the values of `gaussian`.
void fill_gaussian(std::span<float> out, const stream_key& key, std::uint64_t first_position);

/// Scalar twin of fill_gaussian: the value at one position.
float gaussian_f32(const stream_key& key, std::uint64_t position);

/// The Box-Muller radius sqrt(-2 ln((word + 1/2) / 2^32)) as fill_gaussian computes it.
float gaussian_radius(std::uint32_t word);

}  // namespace luxlane
