#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/dsp/error_counter.h"
#include "platform/link/counting.h"
#include "platform/link/lane_law.h"
#include "testbenches/unit/dsp/counted_symbols.h"

using namespace luxlane;
using photonics::modulation;

namespace {

/// The distance that fidelities may keep beside the statistical interval, decades.
constexpr double ALLOWED_DECADES = 0.3;
/// Above this an eye is closed and every fidelity errs alike.
constexpr double CLOSED_BER = 0.25;
constexpr double LEAST_ERRORS = 20.0;

struct equaliser {
    const char* name;
    double forward_taps, feedback_taps;
};
constexpr equaliser EQUALISERS[] = {{"off", 1.0, 0.0}, {"3", 3.0, 0.0}, {"5+2", 5.0, 2.0}};

struct effort {
    link::counting_limits symbol, waveform;
    std::uint64_t patterns;
};

struct grid {
    std::vector<double> rates_bps, lengths_m;
    effort spent;
};

/// Two estimates of one error ratio.
struct comparison {
    std::string point;
    double decades;  ///< log10 of the first over the second
    double excess;   ///< decades outside of the intervals, 0 inside
    double ber;
};

dsp::error_interval exact(double ber) { return {ber, ber}; }

comparison compare(const std::string& point, double first, const dsp::error_interval& of_first,
                   double second, const dsp::error_interval& of_second) {
    const double above = std::log10(of_first.low / of_second.high);
    const double below = std::log10(of_second.low / of_first.high);
    return {point, std::log10(first / second), std::max({above, below, 0.0}), second};
}

photonics::lane_parameters lane_of(modulation format, const equaliser& taps, double rate_bps,
                                   double length_m, bool crosstalk) {
    photonics::lane_parameters lane;
    lane.format = format;
    lane.rate_bps = rate_bps;
    lane.length_m = length_m;
    lane.feed_forward_taps = taps.forward_taps;
    lane.feedback_taps = taps.feedback_taps;
    lane.offset_x_m = crosstalk ? 10e-6 : 0.0;
    return lane;
}

std::string name_of(const photonics::lane_parameters& lane, const equaliser& taps, bool crosstalk) {
    return fmt::format("{} {:g} Gb/s {:g} m, equaliser {}{}",
                       lane.format == modulation::nrz ? "NRZ" : "PAM4", lane.rate_bps * 1e-9,
                       lane.length_m, taps.name, crosstalk ? ", crosstalk" : "");
}

/// What the three fidelities say of every point of a grid where they can say anything.
class survey {
public:
    std::vector<comparison> symbol, waveform, between;

    void visit(const grid& over) {
        for (const auto format : {modulation::nrz, modulation::pam4})
            for (const equaliser& taps : EQUALISERS)
                for (const bool crosstalk : {false, true})
                    for (const double rate_bps : over.rates_bps)
                        for (const double length_m : over.lengths_m) {
                            const auto lane = lane_of(format, taps, rate_bps, length_m, crosstalk);
                            visit(lane, crosstalk ? 4 : 0, over.spent,
                                  name_of(lane, taps, crosstalk));
                        }
    }

private:
    void visit(const photonics::lane_parameters& lane, std::size_t neighbours, const effort& spent,
               const std::string& point) {
        const link::lane_law law(lane, neighbours);
        const auto receiver = law.train(0.0);
        const double ber = law.rates(0.0).ber;
        const double bits = lane.bits_per_symbol();
        if (!(ber > 1e-30) || ber > CLOSED_BER)
            return;
        const auto feasible = [&](const link::counting_limits& limits) {
            return ber * bits * static_cast<double>(limits.symbols) >= 2.0 * LEAST_ERRORS;
        };
        const bool counted = feasible(spent.symbol);
        const auto symbols = counted ? link::count_symbols(receiver, 3, spent.symbol, {})
                                     : link::sample_symbols(receiver, 3, spent.patterns);
        symbol.push_back(
            compare(point, ber, exact(ber), symbols.ber.value_or(0.0), *symbols.interval));
        if (!feasible(spent.waveform))
            return;
        const auto waves = link::count_waveforms(law, receiver, 3, spent.waveform, {});
        const double wave_ber = waves.ber.value_or(0.0);
        waveform.push_back(compare(point, ber, exact(ber), wave_ber, *waves.interval));
        between.push_back(compare(point, symbols.ber.value_or(0.0), *symbols.interval, wave_ber,
                                  *waves.interval));
    }
};

/// How far the law lies above a count, relative, and the count's standard error from the scatter of
/// its blocks.
struct deviation {
    double law, relative, error;
};

constexpr double TWO_SIDED_95 = 1.959964;
constexpr double TWO_SIDED_99 = 2.575829;

/// The law without displacement, which draws and integrates the same formula. Nothing where errors
/// are too rare to be counted here or the eye is closed.
std::optional<deviation> count_against_law(const link::trained_receiver& receiver,
                                           std::uint64_t seed) {
    constexpr double wanted_errors = 15000.0, least_blocks = 64.0, most_blocks = 2500.0;
    constexpr double half_closed_ber = 0.05;
    const double law = dsp::symbol_error_law(receiver.channel, receiver.filter).ber;
    const double bits = dsp::counted_symbols::BLOCK * (receiver.channel.levels() == 4 ? 2.0 : 1.0);
    // As many as the law says, not until so many are seen: that would favour early errors.
    const double blocks = std::max(std::ceil(wanted_errors / (law * bits)), least_blocks);
    if (law > half_closed_ber || blocks > most_blocks)
        return std::nullopt;
    dsp::counted_symbols source(receiver.channel, receiver.filter, seed);
    dsp::error_counter counter;
    for (double k = 0.0; k < blocks; k += 1.0)
        counter.add(source.next());
    const auto interval = *counter.block_interval();
    return deviation{law, law / counter.ber() - 1.0,
                     0.5 * (interval.high - interval.low) / (TWO_SIDED_95 * counter.ber())};
}

double median(std::vector<double> of) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end());
    return *middle;
}

void check(const char* fidelities, std::vector<comparison> all, std::size_t least_points) {
    REQUIRE(all.size() >= least_points);
    // Not only eyes that are half closed.
    CHECK(std::ranges::count_if(all, [](const comparison& one) { return one.ber < 1e-2; }) >=
          static_cast<std::ptrdiff_t>(least_points / 3));
    std::ranges::sort(all, std::greater{}, &comparison::excess);
    std::vector<double> decades;
    for (const comparison& one : all)
        decades.push_back(one.decades);
    std::vector<double> sizes;
    for (const double one : decades)
        sizes.push_back(std::abs(one));
    WARN(fidelities << ": " << all.size() << " points, median difference " << median(decades)
                    << " decades, of its size " << median(sizes) << "; worst " << all[0].point
                    << ": " << all[0].decades << " decades at BER " << all[0].ber
                    << ", outside its interval by " << all[0].excess);
    for (const comparison& one : all) {
        INFO(fidelities << ", " << one.point << ": " << one.decades << " decades at BER "
                        << one.ber);
        CHECK(one.excess <= ALLOWED_DECADES);
    }
    // Differences have no common sign.
    CHECK(std::abs(median(decades)) < 0.1);
}

void check_grid(const grid& over, std::size_t least_symbol, std::size_t least_waveform) {
    survey found;
    found.visit(over);
    check("statistical over symbol", found.symbol, least_symbol);
    check("statistical over waveform", found.waveform, least_waveform);
    check("symbol over waveform", found.between, least_waveform);
}

}  // namespace

TEST_CASE("three fidelities agree over rate, reach, format, equaliser and crosstalk") {
    check_grid(
        {.rates_bps = {1e9, 2e9, 4e9, 6e9, 8e9},
         .lengths_m = {1.0, 5.0, 10.0, 20.0, 30.0, 50.0},
         .spent = {.symbol = {1 << 22, 500}, .waveform = {1 << 20, 300}, .patterns = 1 << 15}},
        280, 200);
}

TEST_CASE("three fidelities agree over a dense grid", "[.long]") {
    check_grid(
        {.rates_bps = {1e9, 1.5e9, 2e9, 2.5e9, 3e9, 3.5e9, 4e9, 5e9, 6e9, 7e9, 8e9},
         .lengths_m = {1.0, 2.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0},
         .spent = {.symbol = {1 << 24, 1000}, .waveform = {1 << 22, 1000}, .patterns = 1 << 16}},
        1000, 600);
}

TEST_CASE("the law and the symbols drawn from one formula differ by chance alone") {
    std::vector<deviation> plain, fed_back;
    std::uint64_t seed = 100;
    for (const auto format : {modulation::nrz, modulation::pam4})
        for (const equaliser& taps : EQUALISERS)
            for (const double rate_bps : {1e9, 2e9, 3e9, 4e9, 6e9, 8e9})
                for (const double length_m : {1.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0}) {
                    const auto receiver =
                        link::lane_law(lane_of(format, taps, rate_bps, length_m, false), 4)
                            .train(0.0);
                    if (const auto found = count_against_law(receiver, ++seed))
                        (taps.feedback_taps > 0.0 ? fed_back : plain).push_back(*found);
                }
    REQUIRE(plain.size() >= 40);
    REQUIRE(fed_back.size() >= 20);
    double sum = 0.0, variance = 0.0;
    std::uint64_t outside = 0;
    for (const deviation& one : plain) {
        outside += std::abs(one.relative) > TWO_SIDED_99 * one.error;
        // Each as good a witness of a common bias as its error lets it be.
        sum += one.relative / (one.error * one.error);
        variance += 1.0 / (one.error * one.error);
    }
    const double bias = sum / variance, error = 1.0 / std::sqrt(variance);
    WARN("law over count without feedback: " << plain.size() << " points, " << outside
                                             << " outside of 99 %, bias " << bias << " +- "
                                             << error);
    // One in a hundred lies outside: more than the 99.9 % interval of that would be no chance.
    CHECK(dsp::clopper_pearson(outside, plain.size(), 0.999).low <= 0.01);
    CHECK(std::abs(bias) <= TWO_SIDED_99 * error);
    // Feedback errors by two levels are left out, and windows end: a few percent.
    for (const deviation& one : fed_back) {
        INFO("law " << one.law << ", " << one.relative << " above the count +- " << one.error);
        CHECK(std::abs(one.relative) <= 0.07 + TWO_SIDED_99 * one.error);
    }
}
