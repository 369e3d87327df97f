#include "platform/link/counting.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "platform/link/analysis.h"

using namespace luxlane;

namespace {

constexpr link::counting_limits QUICK = {std::uint64_t{1} << 20, 400};

photonics::lane_parameters lane_of(photonics::modulation format, double rate_bps, double length_m) {
    photonics::lane_parameters lane;
    lane.format = format;
    lane.rate_bps = rate_bps;
    lane.length_m = length_m;
    return lane;
}

}  // namespace

TEST_CASE("Both counts agree with the statistical law") {
    const photonics::lane_parameters lanes[] = {lane_of(photonics::modulation::nrz, 2e9, 32.0),
                                                lane_of(photonics::modulation::nrz, 4e9, 15.0),
                                                lane_of(photonics::modulation::pam4, 2e9, 10.0)};
    for (const auto& lane : lanes) {
        for (const std::size_t neighbours : {std::size_t{0}, std::size_t{4}}) {
            const link::lane_law law(lane, neighbours);
            const auto receiver = law.train(0.0);
            const double expected = std::log10(law.rates(0.0).ber);
            INFO("expected " << expected);
            const auto symbol = link::count_symbols(receiver, 7, QUICK, {});
            const auto waveform = link::count_waveforms(law, receiver, 7, QUICK, {});
            for (const auto& counted : {symbol, waveform}) {
                REQUIRE(counted.errors > 50);
                CHECK(std::log10(counted.interval->low) - 0.3 < expected);
                CHECK(std::log10(counted.interval->high) + 0.3 > expected);
            }
        }
    }
}

TEST_CASE("Rare errors are found by importance sampling, as often as they are counted") {
    for (const auto format : {photonics::modulation::nrz, photonics::modulation::pam4}) {
        const double length_m = format == photonics::modulation::nrz ? 32.0 : 10.0;
        const link::lane_law common(lane_of(format, 2e9, length_m), 4);
        const auto receiver = common.train(0.0);
        const auto counted = link::count_symbols(receiver, 5, {std::uint64_t{1} << 22, 3000}, {});
        const auto sampled = link::sample_symbols(receiver, 5, 1 << 15);
        CHECK(sampled.interval->low < counted.interval->high);
        CHECK(sampled.interval->high > counted.interval->low);
    }
    const link::lane_law rare(lane_of(photonics::modulation::nrz, 2e9, 10.0), 4);
    const auto receiver = rare.train(0.0);
    const double law = dsp::symbol_error_law(receiver.channel, receiver.filter).ber;
    REQUIRE(law < 1e-12);
    const auto sampled = link::sample_symbols(receiver, 5, 1 << 17);
    CHECK(sampled.interval->low < 1.05 * law);
    CHECK(sampled.interval->high > 0.95 * law);
    CHECK(sampled.interval->high < 1.5 * sampled.interval->low);
}

TEST_CASE("Counting stops at errors, symbols or the user, and repeats itself") {
    const link::lane_law law(lane_of(photonics::modulation::nrz, 2e9, 40.0), 4);
    const auto receiver = law.train(0.0);
    const auto few = link::count_symbols(receiver, 1, {std::uint64_t{1} << 22, 50}, {});
    CHECK(few.errors >= 50);
    CHECK(few.bits < std::uint64_t{1} << 22);
    CHECK(few.method.find("target errors") != std::string::npos);
    const auto again = link::count_symbols(receiver, 1, {std::uint64_t{1} << 22, 50}, {});
    CHECK(again.errors == few.errors);
    CHECK(again.bits == few.bits);
    CHECK(link::count_symbols(receiver, 2, {std::uint64_t{1} << 22, 50}, {}).errors != few.errors);

    const auto all = link::count_symbols(receiver, 1, {1 << 16, 0}, {});
    CHECK(all.bits == 1 << 16);
    CHECK(all.method.find("maximum bits") != std::string::npos);

    std::atomic<bool> stop = false;
    unsigned blocks = 0;
    link::counting_watch watch{
        .progress = [&](std::string_view, std::uint64_t, std::uint64_t) { stop = ++blocks == 3; },
        .stop = &stop};
    const auto stopped = link::count_symbols(receiver, 1, {std::uint64_t{1} << 30, 0}, watch);
    CHECK(stopped.interrupted);
    CHECK(blocks == 3);
    CHECK(stopped.ber.has_value());
}

TEST_CASE("The counted bathtub has its floor at the main cursor") {
    const link::lane_law law(lane_of(photonics::modulation::nrz, 2e9, 30.0), 4);
    const auto phases = link::count_phases(law, law.train(0.0), 3, 1 << 17);
    REQUIRE(phases.size() == 2 * photonics::PHASES);
    CHECK(phases.front().phase_ui == -0.5);
    CHECK(phases[16].phase_ui == 0.0);
    CHECK(phases.front().counter.ber() > 0.1);
    for (const auto& one : phases)
        CHECK(one.counter.errors() + 30 > phases[16].counter.errors());
}
