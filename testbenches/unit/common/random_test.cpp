#include "models/common/random.h"

#include <hwy/targets.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "models/common/binomial.h"
#include "models/common/normal.h"

using namespace luxlane;

TEST_CASE("random_block is Philox4x32-10", "[random]") {
    // Known answers published with Random123 (kat_vectors).
    CHECK(random_block({0, 0, 0}, 0) ==
          std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(random_block({~0ull, ~0u, ~0u}, ~0ull) ==
          std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(random_block({0x299f31d0a4093822, 0x13198a2e, 0x03707344}, 0x85a308d3243f6a88) ==
          std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("uniform53 never reaches 0 or 1", "[random]") {
    double sum = 0.0;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        const double u = uniform53({7, 1, 2}, i);
        REQUIRE(u > 0.0);
        REQUIRE(u < 1.0);
        // Odd multiples of 2^-53, of which the smallest and the largest are neither 0 nor 1.
        REQUIRE(std::fmod(u * 0x1p53, 2.0) == 1.0);
        sum += u;
    }
    CHECK(sum / 1e5 == Approx(0.5).margin(4.0 * std::sqrt(1.0 / 12.0 / 1e5)));
}

TEST_CASE("Bulk deviates equal their scalar twin however they are sliced", "[random]") {
    const stream_key key{0x123456789abcdef0, 17, 3};
    const std::uint64_t first = GENERATE(0ull, 5ull, 64ull, 1'000'003ull, ~0ull - 100);
    std::vector<float> whole(700);
    fill_gaussian(whole, key, first);
    for (std::size_t i = 0; i < whole.size(); ++i)
        REQUIRE(whole[i] == gaussian_f32(key, first + i));
    std::vector<float> sliced(700);
    for (std::size_t start = 0, width = 1; start < sliced.size(); start += width, width += 13)
        fill_gaussian(std::span(sliced).subspan(start, std::min(width, sliced.size() - start)), key,
                      first + start);
    CHECK(sliced == whole);
}

TEST_CASE("Every vector width gives the same deviates", "[random]") {
    std::vector<float> expected(1000), found(1000);
    fill_gaussian(expected, {8, 8, 8}, 123);
    const std::int64_t supported = hwy::SupportedTargets();
    for (std::int64_t left = supported & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL); left != 0;
         left &= left - 1) {
        hwy::SetSupportedTargetsForTest(left & -left);
        fill_gaussian(found, {8, 8, 8}, 123);
        CHECK(found == expected);
    }
    hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("Streams of other keys differ", "[random]") {
    std::set<float> seen;
    for (const stream_key& key : {stream_key{1, 0, 0}, stream_key{0, 1, 0}, stream_key{0, 0, 1},
                                  stream_key{1ull << 32, 0, 0}, stream_key{0, 0, 0}})
        for (std::uint64_t i = 0; i < 64; ++i)
            seen.insert(gaussian_f32(key, i));
    CHECK(seen.size() == 5 * 64);
}

TEST_CASE("Bulk deviates follow the normal law out to 5 sigma", "[random]") {
    constexpr std::size_t block = 1 << 16;
    constexpr std::size_t blocks = 1 << 10;
    constexpr double total = double{block} * blocks;
    std::vector<float> x(block);
    std::array<std::uint64_t, 11> above{};  // above[i]: x > i - 5
    double sum = 0.0, squares = 0.0, neighbours = 0.0;
    for (std::size_t b = 0; b < blocks; ++b) {
        fill_gaussian(x, {2024, 0, 0}, b * block);
        for (std::size_t level = 0; level < above.size(); ++level) {
            const float limit = static_cast<float>(level) - 5.0f;
            std::uint32_t count = 0;
            for (const float value : x)
                count += value > limit;
            above[level] += count;
        }
        for (std::size_t i = 0; i < block; i += 16) {
            sum += x[i];
            squares += x[i] * x[i];
            neighbours += x[i] * x[i + 1];
        }
    }
    for (std::size_t level = 0; level < above.size(); ++level) {
        const double p = normal_tail(static_cast<double>(level) - 5.0);
        const double sigma = std::sqrt(total * p * (1.0 - p));
        INFO("above " << static_cast<int>(level) - 5 << " sigma");
        CHECK(static_cast<double>(above[level]) == Approx(total * p).margin(3.9 * sigma));
    }
    const double sampled = total / 16;
    CHECK(std::abs(sum / sampled) < 3.9 / std::sqrt(sampled));
    CHECK(std::abs(squares / sampled - 1.0) < 3.9 * std::sqrt(2.0 / sampled));
    CHECK(std::abs(neighbours / sampled) < 3.9 / std::sqrt(sampled));
}

TEST_CASE("Bulk deviates fill every bin out to 6 sigma as the normal law says", "[random]") {
    constexpr std::size_t block = 1 << 14;
    constexpr std::size_t blocks = 1 << 16;
    constexpr double total = double{block} * blocks;  // 1.07e9, two of them beyond 6 sigma
    constexpr std::size_t per_sigma = 4, bins = 12 * per_sigma;
    std::vector<float> x(block);
    std::vector<std::uint16_t> bin(block);
    std::array<std::uint64_t, bins + 2> count{};  // below -6, the bins, from 6 on
    for (std::size_t b = 0; b < blocks; ++b) {
        fill_gaussian(x, {2025, 1, 1}, b * block);
        for (std::size_t i = 0; i < block; ++i)
            bin[i] = static_cast<std::uint16_t>(
                std::min(std::max(x[i] * float{per_sigma} + (bins / 2 + 1), 0.0f), bins + 1.0f));
        for (const std::uint16_t i : bin)
            ++count[i];
    }
    double chi_squared = 0.0, degrees = -1.0;
    for (std::size_t i = 0; i < count.size(); ++i) {
        const double low = i == 0 ? -40.0 : (static_cast<double>(i) - 1.0) / per_sigma - 6.0;
        const double high = i > bins ? 40.0 : static_cast<double>(i) / per_sigma - 6.0;
        // From the nearer tail, where nothing cancels.
        const double expected = total * (low < 0.0 ? normal_tail(-high) - normal_tail(-low)
                                                   : normal_tail(low) - normal_tail(high));
        const double excess = static_cast<double>(count[i]) - expected;
        INFO("from " << low << " to " << high << " sigma: " << count[i] << " of " << expected);
        // 4.5 standard deviations, for 50 bins; Poisson's law reaches further where few are.
        CHECK(std::abs(excess) < 4.5 * std::sqrt(expected) + 4.0);
        if (expected >= 10.0) {
            chi_squared += excess * excess / expected;
            degrees += 1.0;
        }
    }
    CHECK(chi_squared < degrees + 3.9 * std::sqrt(2.0 * degrees));
    CHECK(chi_squared > degrees - 3.9 * std::sqrt(2.0 * degrees));
}

TEST_CASE("No word makes a deviate that is not finite", "[random]") {
    // A uniform of 0 or of 1 would give infinity or NaN.
    for (const std::uint32_t word : {0u, 1u, 0x7fffffffu, 0x80000000u, ~0u - 1, ~0u}) {
        CHECK(std::isfinite(gaussian_radius(word)));
        CHECK(gaussian_radius(word) >= 0.0f);
    }
    for (std::uint32_t step = 0; step < (1u << 20); ++step) {
        REQUIRE(gaussian_radius(step) >= gaussian_radius(step + 1));
        REQUIRE(gaussian_radius(~step) >= 0.0f);
        REQUIRE(gaussian_radius(~step) < 0.03f);
    }
}

TEST_CASE("The radius has the right tail beyond 6 sigma", "[random]") {
    // The radius falls with the word, so words below a limit are those beyond a radius: their
    // number is 2^32 exp(-r^2/2), to one word. 24-bit uniforms would end at 5.8.
    for (const double r : {1.0, 3.0, 4.0, 5.0, 5.5, 6.0, 6.3, 6.6}) {
        std::uint64_t low = 0, high = 1ull << 32;
        while (low < high) {
            const std::uint64_t middle = (low + high) / 2;
            if (gaussian_radius(static_cast<std::uint32_t>(middle)) > r)
                low = middle + 1;
            else
                high = middle;
        }
        const double expected = 0x1p32 * std::exp(-0.5 * r * r);
        INFO("radius " << r);
        CHECK(static_cast<double>(low) == Approx(expected).margin(1.0).epsilon(2e-6));
    }
    CHECK(gaussian_radius(0) == Approx(6.763).margin(0.001));
    CHECK(gaussian_radius(~0u) == 0.0f);
}

TEST_CASE("normal_tail agrees with erfc and with the published Q table", "[normal]") {
    for (double x = -8.0; x < 37.0; x += 0.0371)
        CHECK(normal_tail(x) == Approx(0.5 * std::erfc(x / std::sqrt(2.0))).epsilon(1e-10));
    // BER(Q) of Gaussian levels: standard tables.
    const std::pair<double, double> table[] = {{1e-3, 3.090},  {2e-4, 3.540}, {2.4e-4, 3.492},
                                               {2e-8, 5.491},  {1e-9, 5.998}, {1e-10, 6.361},
                                               {1e-12, 7.034}, {1e-15, 7.941}};
    for (const auto& [ber, q] : table)
        CHECK(-normal_quantile(ber) == Approx(q).margin(6e-4));
}

TEST_CASE("normal_quantile inverts normal_tail and refuses the ends", "[normal]") {
    for (const double p : {1e-300, 1e-100, 1e-12, 1e-4, 0.02, 0.03, 0.4, 0.5, 0.7, 0.999})
        CHECK(normal_tail(-normal_quantile(p)) == Approx(p).epsilon(1e-10));
    for (const double p : {0.0, 1.0, -0.1, 1.1, std::nan("")})
        CHECK_THROWS_AS(normal_quantile(p), std::domain_error);
}

TEST_CASE("portable_log and portable_exp agree with the C library", "[normal]") {
    for (double x = -700.0; x < 700.0; x += 0.713)
        CHECK(portable_exp(x) == Approx(std::exp(x)).epsilon(2e-15));
    CHECK(portable_exp(-800.0) == 0.0);
    for (double x = 1e-300; x < 1e300; x *= 3.7)
        CHECK(portable_log(x) == Approx(std::log(x)).epsilon(2e-15).margin(1e-300));
    for (double x = 1e-300; x < 1.0; x *= 3.7) {
        CHECK(portable_log1p(x) == Approx(std::log1p(x)).epsilon(1e-14));
        CHECK(portable_log1p(-x) == Approx(std::log1p(-x)).epsilon(1e-14));
    }
}

TEST_CASE("gaussian draws have unit variance", "[random]") {
    double sum = 0.0, squares = 0.0;
    constexpr int draws = 100'000;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const double x = gaussian({99, 4, 1}, i);
        sum += x;
        squares += x * x;
    }
    CHECK(std::abs(sum / draws) < 3.9 / std::sqrt(draws));
    CHECK(std::abs(squares / draws - 1.0) < 3.9 * std::sqrt(2.0 / draws));
}

TEST_CASE("binomial: certain outcomes need no luck, and complements mirror each other") {
    const stream_key key{1, 2, 3};
    CHECK(binomial(key, 0, 0, 0.5) == 0);
    CHECK(binomial(key, 0, 100, 0.0) == 0);
    CHECK(binomial(key, 0, 100, 1.0) == 100);
    for (std::uint64_t n = 0; n < 100; ++n) {
        CHECK(binomial(key, n, 1000, 0.25) == 1000 - binomial(key, n, 1000, 0.75));
    }
}

TEST_CASE("binomial: mean and variance are those of the law, rare or not") {
    // Standard errors of mean and variance of `draws` values, 3.3 of them for 99.9 %.
    constexpr double draws = 20'000;
    struct law {
        std::uint64_t trials;
        double probability;
    };
    for (const auto [trials, probability] :
         {law{10, 0.3}, law{1000, 0.002}, law{std::uint64_t{1} << 40, 3e-12}, law{500, 0.2},
          law{std::uint64_t{1} << 40, 0.01}}) {
        double sum = 0.0, squares = 0.0;
        const double mean = double(trials) * probability;
        const double variance = mean * (1.0 - probability);
        for (std::uint64_t n = 0; n < std::uint64_t(draws); ++n) {
            const double x = double(binomial({7, 1, 1}, n, trials, probability)) - mean;
            sum += x;
            squares += x * x;
        }
        INFO(trials << " trials of " << probability);
        CHECK(std::abs(sum / draws) < 3.3 * std::sqrt(variance / draws) + 0.01);
        CHECK(squares / draws / variance ==
              Approx(1.0).epsilon(3.3 * std::sqrt((2.0 + 1.0 / variance) / draws)));
    }
}
