#include "models/dsp/lms.h"

#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/common/random.h"
#include "models/dsp/symbol_kernel.h"

using namespace luxlane;
using namespace luxlane::dsp;
using photonics::modulation;

namespace {

constexpr double ZERO_A = 0.4e-6, SWING_A = 4e-6;

/// A block of symbols and its samples through a channel with two pre and three post cursors.
struct block {
    std::vector<std::uint8_t> symbols;
    std::vector<double> values;  ///< [n + 4], from two symbols before
    std::vector<float> samples;  ///< [n + 4]
};

struct channel {
    std::array<double, 6> pulse = {0.02, 0.12, 0.62, 0.17, 0.05, 0.02};
    std::array<double, 4> level = {0.0, 1.0, 0.0, 0.0};
    unsigned levels = 2;
    double noise = 0.03;

    block make(std::size_t n, std::uint64_t first) const {
        block made;
        const auto symbol = [&](std::size_t k) {
            return static_cast<std::uint8_t>(random_block({11, 0, 0}, first + k)[0] % levels);
        };
        // Symbol k of the block is number k + 8 of the stream.
        for (std::size_t k = 0; k < n + 4; ++k) {
            made.values.push_back(level[symbol(k + 6)]);
            double sum = noise * gaussian({12, 0, 0}, first + k);
            for (std::size_t i = 0; i < pulse.size(); ++i)
                sum += pulse[i] * level[symbol(k + 6 + 2 - i)];
            made.samples.push_back(static_cast<float>(ZERO_A + SWING_A * sum));
            if (k >= 2 && k < n + 2)
                made.symbols.push_back(symbol(k + 6));
        }
        return made;
    }
};

constexpr channel COMPRESSED = {.level = {0.0, 0.38, 0.72, 1.0}, .levels = 4, .noise = 0.015};

/// Minimum mean square error taps by the normal equations of a long block; main tap 1.
receive_filter solve(const block& b, unsigned forward, unsigned feedback) {
    const auto n = static_cast<Eigen::Index>(b.symbols.size() - FEEDBACK_TAPS);
    const unsigned half = forward / 2;
    Eigen::MatrixXd a(n, forward + feedback + 1);
    Eigen::VectorXd wanted(n);
    for (Eigen::Index row = 0; row < n; ++row) {
        const std::size_t k = static_cast<std::size_t>(row) + FEEDBACK_TAPS + 2;
        for (unsigned i = 0; i < forward; ++i)
            a(row, i) = b.samples[k + half - i] / SWING_A;
        for (unsigned i = 0; i < feedback; ++i)
            a(row, forward + i) = b.values[k - 1 - i];
        a(row, forward + feedback) = 1.0;
        wanted(row) = b.values[k];
    }
    const Eigen::MatrixXd normal = a.transpose() * a;
    const Eigen::VectorXd taps = normal.ldlt().solve(a.transpose() * wanted);
    receive_filter found;
    for (unsigned i = 0; i < forward; ++i)
        found.forward[FORWARD_PRE - half + i] = taps(i) / taps(half);
    for (unsigned i = 0; i < feedback; ++i)
        found.feedback_a[i] = -SWING_A * taps(forward + i) / taps(half);
    return found;
}

lms_options options_of(const channel& c, unsigned forward, unsigned feedback) {
    return {.format = c.levels == 4 ? modulation::pam4 : modulation::nrz,
            .shape = {.forward_taps = forward, .feedback_taps = feedback},
            .lowest_a = ZERO_A,
            .highest_a = ZERO_A + SWING_A};
}

lms_equaliser adapted(const channel& c, const lms_options& options, std::size_t n = 200'000) {
    lms_equaliser equaliser(options);
    const block b = c.make(n, 0);
    equaliser.train(b.samples, b.symbols);
    return equaliser;
}

double worst_difference(const receive_filter& a, const receive_filter& b) {
    double worst = 0.0;
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
        worst = std::max(worst, std::abs(a.forward[i] - b.forward[i]));
    for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i)
        worst = std::max(worst, std::abs(a.feedback_a[i] - b.feedback_a[i]) / SWING_A);
    return worst;
}

std::size_t symbol_errors(const block& b, const receive_filter& f, std::array<double, 4> level) {
    std::size_t wrong = 0;
    for (std::size_t k = FEEDBACK_TAPS; k < b.symbols.size(); ++k) {
        double z = 0.0;
        for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
            z += f.forward[i] * b.samples[k + 4 - i];
        for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i)
            z -= f.feedback_a[i] * level[b.symbols[k - 1 - i]];
        unsigned decided = 0;
        for (const double threshold : f.threshold_a)
            decided += threshold != 0.0 && z > threshold;
        wrong += decided != b.symbols[k];
    }
    return wrong;
}

}  // namespace

TEST_CASE("LMS finds the minimum mean square error taps", "[lms]") {
    const channel c;
    const block reference = c.make(100'000, 1'000'000);
    for (const auto& [forward, feedback] :
         {std::pair{1u, 0u}, {3u, 0u}, {5u, 0u}, {1u, 3u}, {3u, 2u}, {5u, 5u}}) {
        INFO(forward << " forward, " << feedback << " feedback");
        auto options = options_of(c, forward, feedback);
        // Feedback can do what late forward taps do; noise of power 0.0036 alone decides between
        // them, and 1 / (step 0.0036) symbols is the slowest time constant.
        options.step_size = 0.005;
        const auto equaliser = adapted(c, options, 400'000);
        CHECK(worst_difference(equaliser.filter(), solve(reference, forward, feedback)) < 0.02);
        CHECK(equaliser.converged());
    }
}

TEST_CASE("Taps come out the same wherever levels were expected", "[lms]") {
    const channel c;
    auto options = options_of(c, 3, 1);
    options.step_size = 0.005;
    const receive_filter right = adapted(c, options).filter();
    options.lowest_a = -SWING_A;
    options.highest_a = 2 * SWING_A;
    options.step_size = 0.02;
    const receive_filter rough = adapted(c, options, 600'000).filter();
    CHECK(worst_difference(right, rough) < 0.02);
    CHECK(rough.threshold_a[0] == Approx(right.threshold_a[0]).margin(0.02 * SWING_A));
}

TEST_CASE("Sign-sign LMS comes within one step of coarse taps", "[lms]") {
    // Shapes whose inputs have signs of their own: late forward taps and feedback share theirs.
    const channel c{.noise = 0.05};
    const block reference = c.make(100'000, 1'000'000);
    for (const auto& [forward, feedback] : {std::pair{1u, 0u}, {1u, 3u}, {3u, 0u}, {5u, 0u}}) {
        INFO(forward << " forward, " << feedback << " feedback");
        auto options = options_of(c, forward, feedback);
        options.rule = lms_rule::sign_sign;
        options.step_size = 1.0 / 4096;
        options.shape.step = 1.0 / 32;
        const receive_filter found = adapted(c, options).filter();
        CHECK(worst_difference(found, solve(reference, forward, feedback)) <= options.shape.step);
        for (const double tap : found.forward)
            CHECK(tap * 32 == std::round(tap * 32));
    }
}

TEST_CASE("A step beyond 2 / (N Px) is refused, and would diverge", "[lms]") {
    // Alternating extremes: each scaled input has power 1 exactly, so N Px is N.
    std::vector<float> samples;
    std::vector<std::uint8_t> symbols;
    for (std::size_t k = 0; k < 1004; ++k)
        samples.push_back(static_cast<float>(k % 2 ? ZERO_A + SWING_A : ZERO_A));
    for (std::size_t k = 0; k < 1000; ++k)
        symbols.push_back(k % 2);
    const channel c;
    auto options = options_of(c, 3, 1);
    CHECK(lms_equaliser(options).step_limit(samples) == Approx(2.0 / 5).epsilon(1e-6));
    for (const auto& [step, good] : {std::pair{0.399, true}, {0.401, false}}) {
        options.step_size = step;
        lms_equaliser equaliser(options);
        const lms_state before = equaliser.state();
        if (good) {
            CHECK_NOTHROW(equaliser.train(samples, symbols));
            CHECK(std::abs(equaliser.state().forward[2]) < 2.0);
        } else {
            CHECK_THROWS_WITH(equaliser.train(samples, symbols),
                              Catch::Contains("step_size") && Catch::Contains("2 / (N Px)"));
            CHECK(equaliser.state() == before);
        }
    }
    // The same recursion by hand: the error grows above the limit and dies out below it.
    for (const double step : {0.39, 0.41}) {
        double error = 1.0;
        for (int k = 0; k < 1000; ++k)
            error *= 1.0 - step * 5;
        CHECK((std::abs(error) < 1.0) == (step < 0.4));
    }
}

TEST_CASE("Samples of the symbol fidelity teach what training computes", "[lms]") {
    sampled_channel lane{.offset_a = 0.5e-6, .amplitude_a = 5e-6, .variance_zero = 1e-3};
    lane.pulse[5] = 0.12;
    lane.pulse[6] = 0.6;
    lane.pulse[7] = 0.18;
    lane.pulse[8] = 0.07;
    lane.pulse[9] = 0.03;
    lane.noise_correlation = {0.2, 0.05, 0.0, 0.0};
    constexpr std::size_t n = 64 * 3000;
    std::vector<std::uint64_t> bits(n / 64 + 2);
    std::vector<std::uint8_t> symbols(n);
    for (std::size_t w = 0; w < bits.size(); ++w) {
        const auto block = random_block({41, 0, 0}, w);
        bits[w] = std::uint64_t{block[0]} << 32 | block[1];
    }
    for (std::size_t k = 0; k < n; ++k)
        symbols[k] = bits[k / 64 + 1] >> (k % 64) & 1;
    std::vector<float> samples(n + 4);
    symbol_kernel(lane).sample({.low = bits}, {}, {42, 0, 0}, 0, samples);

    for (const filter_shape& shape : {filter_shape{.forward_taps = 5, .feedback_taps = 0},
                                      filter_shape{.forward_taps = 3, .feedback_taps = 0},
                                      filter_shape{.forward_taps = 1, .feedback_taps = 3}}) {
        lms_equaliser equaliser({.shape = shape,
                                 .step_size = 0.001,
                                 .lowest_a = lane.offset_a,
                                 .highest_a = lane.offset_a + lane.amplitude_a});
        equaliser.train(samples, symbols);
        const receive_filter found = equaliser.filter();
        const receive_filter computed = train(lane, shape);
        for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
            CHECK(found.forward[i] == Approx(computed.forward[i]).margin(0.015));
        for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i)
            CHECK(found.feedback_a[i] / lane.amplitude_a ==
                  Approx(computed.feedback_a[i] / lane.amplitude_a).margin(0.015));
        CHECK(found.threshold_a[0] / lane.amplitude_a ==
              Approx(computed.threshold_a[0] / lane.amplitude_a).margin(0.02));
    }
}

TEST_CASE("Frozen taps hold, and adaptation goes on afterwards", "[lms]") {
    const channel c;
    auto options = options_of(c, 3, 1);
    options.step_size = 0.01;
    lms_equaliser equaliser = adapted(c, options, 20'000);
    const receive_filter held = equaliser.filter();
    equaliser.freeze(true);
    channel other = c;
    other.pulse = {0.0, 0.05, 0.8, 0.1, 0.05, 0.0};
    const block b = other.make(20'000, 500'000);
    equaliser.train(b.samples, b.symbols);
    CHECK(equaliser.filter() == held);
    CHECK(equaliser.state().symbols == 40'000);
    equaliser.freeze(false);
    equaliser.follow(b.samples);
    CHECK(worst_difference(equaliser.filter(), solve(b, 3, 1)) < 0.03);
}

TEST_CASE("Convergence is seen only once error power has settled", "[lms]") {
    const channel c;
    auto options = options_of(c, 5, 0);
    options.step_size = 0.0005;
    CHECK_FALSE(adapted(c, options, 3 * 4096).converged());
    CHECK(adapted(c, options, 100'000).converged());
}

TEST_CASE("Blocks may be cut anywhere and a state may be restored", "[lms]") {
    const channel c;
    const block b = c.make(1000, 0);
    lms_equaliser whole(options_of(c, 3, 2)), cut(options_of(c, 3, 2));
    whole.train(b.samples, b.symbols);
    cut.train(std::span(b.samples).first(304), std::span(b.symbols).first(300));
    lms_equaliser resumed(options_of(c, 3, 2));
    resumed.restore(cut.state());
    resumed.train(std::span(b.samples).subspan(300), std::span(b.symbols).subspan(300));
    CHECK(resumed.state() == whole.state());
}

TEST_CASE("The compressed levels of PAM4 are found", "[lms]") {
    for (const lms_rule rule : {lms_rule::least_mean_squares, lms_rule::sign_sign}) {
        auto options = options_of(COMPRESSED, 5, 1);
        options.rule = rule;
        options.step_size = rule == lms_rule::sign_sign ? 1.0 / 4096 : 0.01;
        options.level_weight = 0.001;
        lms_equaliser equaliser = adapted(COMPRESSED, options, 400'000);
        // Rest interference of sigma 0.03 averaged over 1000 symbols of each level: 0.001.
        CHECK(equaliser.levels()[1] == Approx(0.38).margin(0.01));
        CHECK(equaliser.levels()[2] == Approx(0.72).margin(0.01));
        const receive_filter found = equaliser.filter();
        const double allowed = rule == lms_rule::sign_sign ? 0.15 : 0.03;
        CHECK(worst_difference(found, solve(COMPRESSED.make(100'000, 1'000'000), 5, 1)) < allowed);
        const block fresh = COMPRESSED.make(20'000, 2'000'000);
        CHECK(symbol_errors(fresh, found, equaliser.levels()) < 20);
        equaliser.follow(fresh.samples);
        CHECK(equaliser.levels()[1] == Approx(0.38).margin(0.01));
    }
}

TEST_CASE("Options outside their range are named", "[lms]") {
    const channel c;
    const auto with = [&](auto change) {
        auto options = options_of(c, 3, 0);
        change(options);
        return lms_equaliser(options);
    };
    CHECK_THROWS_WITH(with([](auto& o) { o.step_size = 0.0; }), Catch::Contains("step_size"));
    CHECK_THROWS_WITH(with([](auto& o) { o.step_size = NAN; }), Catch::Contains("step_size"));
    CHECK_THROWS_WITH(with([](auto& o) { o.level_weight = 2.0; }), Catch::Contains("level_weight"));
    CHECK_THROWS_WITH(with([](auto& o) { o.highest_a = o.lowest_a; }),
                      Catch::Contains("highest_a"));
    CHECK_THROWS_AS(with([](auto& o) { o.shape.forward_taps = 2; }), std::invalid_argument);
    CHECK_THROWS_AS(with([](auto& o) { o.shape.feedback_taps = 6; }), std::invalid_argument);
    lms_equaliser equaliser(options_of(c, 3, 0));
    CHECK_THROWS_AS(equaliser.train(std::vector<float>(10), std::vector<std::uint8_t>(7)),
                    std::invalid_argument);
    CHECK_THROWS_AS(equaliser.train(std::vector<float>(5), std::vector<std::uint8_t>{2}),
                    std::invalid_argument);
    auto dark = options_of(c, 3, 0);
    lms_equaliser unlit(dark);
    lms_state state = unlit.state();
    state.forward[2] = -0.1;
    unlit.restore(state);
    CHECK_THROWS_AS(unlit.filter(), std::domain_error);
}
