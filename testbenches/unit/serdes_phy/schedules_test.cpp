#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

#include "models/common/normal.h"
#include "platform/config/random_faults.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/bring_up_stand_in.h"
#include "testbenches/unit/serdes_phy/numbered_traffic.h"

// Random faults under full traffic in both directions: what crosses is intact, or its loss is
// reported; the link ends UP, or given up with a reason. A seed that fails repeats its run.

using namespace luxlane;
using namespace luxlane::test;
using config::fault_kind;

namespace {

constexpr unsigned data_lanes = 34, physical_lanes = 42;
constexpr double lane_rate_bps = 2.125e9;
constexpr double traffic_us = 700.0;  // the last fault begins before 500 us
constexpr double step_us = 5.0;
constexpr double longest_us = 120000.0;  // four faults of 10 ms, and the stand-in's patience
constexpr double settle_us = 200.0;
constexpr std::array kinds{fault_kind::death, fault_kind::burst, fault_kind::skew_step,
                           fault_kind::loss_of_signal, fault_kind::far_end_reset};

/// 100 schedules; 1000 with LUXLANE_LONG=1.
unsigned schedules() {
    const char* choice = std::getenv("LUXLANE_LONG");
    return choice != nullptr && std::string(choice) == "1" ? 1000 : 100;
}

serdes_phy_config configuration(std::uint32_t direction, bool retry) {
    auto config = phy_bench::configuration(data_lanes, physical_lanes, direction);
    config.retry.enable = retry;
    config.lane_rate_bps = lane_rate_bps;
    return config;
}

/// The error ratio of a lane of Q = 7 that loses so much light.
double ratio_after(double loss_db) { return normal_tail(7.0 * std::pow(10.0, -loss_db / 10.0)); }

/// Faults on the two channels of a bench. What overlaps adds up.
class fault_player {
public:
    fault_player(phy_bench& bench, const std::vector<config::fault>& faults) : bench_(bench) {
        for (const auto& each : faults) {
            const double begin_us = each.after_link_up_s * 1e6;
            due_.emplace(begin_us, [this, &each] { begin(each); });
            if (each.duration_s > 0.0) {
                due_.emplace(begin_us + each.duration_s * 1e6, [this, &each] { end(each); });
            }
        }
    }

    void play_until(double us) {
        while (!due_.empty() && due_.begin()->first <= us) {
            due_.begin()->second();
            due_.erase(due_.begin());
        }
    }
    bool finished() const { return due_.empty(); }

private:
    struct condition {
        unsigned dark = 0;  ///< faults that take the lane's light
        double ber = 0.0;   ///< of the bursts that last
    };

    void begin(const config::fault& fault) { change(fault, true); }
    void end(const config::fault& fault) { change(fault, false); }

    void change(const config::fault& fault, bool begins) {
        auto& channel = fault.board == 0 ? bench_.ab : bench_.ba;
        const double ber = fault.loss_db > 0.0 ? ratio_after(fault.loss_db) : fault.error_ratio;
        for (unsigned lane = 0; lane < physical_lanes; ++lane) {
            const bool all = fault.lanes.empty();
            if (!all &&
                std::find(fault.lanes.begin(), fault.lanes.end(), lane) == fault.lanes.end()) {
                continue;
            }
            auto& now = conditions_[fault.board][lane];
            auto& line = channel.lanes[lane];
            if (fault.kind == fault_kind::death || fault.kind == fault_kind::loss_of_signal) {
                now.dark += begins ? 1u : ~0u;
            } else if (fault.kind == fault_kind::burst) {
                now.ber += begins ? ber : -ber;
            } else if (fault.kind == fault_kind::skew_step) {
                line.skew_ui += int(std::lround(fault.skew_s * lane_rate_bps));
            }
            line.dead = now.dark != 0;
            line.ber = now.ber < 1e-15 ? 0.0 : std::min(now.ber, 0.5);
        }
        channel.conditions_changed();
        if (fault.kind == fault_kind::far_end_reset) {
            bench_.hosts[fault.board]->write(regs::reg::control, 2);  // SOFT_RESET
        }
    }

    phy_bench& bench_;
    std::multimap<double, std::function<void()>> due_;
    condition conditions_[2][physical_lanes];
};

std::string text_of(const std::vector<config::fault>& faults) {
    std::string text;
    for (const auto& each : faults) {
        text += config::to_toml(each);
    }
    return text;
}

/// Traffic of one direction: from one host, to the other.
struct direction {
    phy_host& from;
    numbered_source source;
    numbered_sink sink;

    direction(phy_host& sender, phy_host& receiver, std::uint64_t seed)
        : from(sender), source(seed), sink(seed) {
        receiver.flits_in.on_transport(
            [this](flit_burst& burst, sc_core::sc_time&) { sink.take(burst); });
        sender.flits_out.on_ready([this](sc_core::sc_time) { push(); });
    }
    void push() {
        constexpr std::size_t burst_flits = 128;
        while (running) {
            auto burst = source.next(burst_flits);
            auto delay = sc_core::SC_ZERO_TIME;
            from.flits_out.send(burst, delay);
            source.take(burst.accepted);
            if (burst.accepted < burst_flits) {
                return;
            }
        }
    }
    /// Every flit has arrived, or was reported lost.
    bool whole() const { return sink.accounted() >= source.taken(); }

    bool running = true;
};

void play(std::uint64_t seed, const std::vector<config::fault>& faults, bool retry) {
    phy_bench bench(configuration(0, retry), configuration(1, retry));
    bool serving[2] = {};
    bool interrupted = false;  ///< a service ended: its accelerator knows that flits may be lost
    for (unsigned end = 0; end < 2; ++end) {
        auto& phy = end == 0 ? bench.a : bench.b;
        phy.on_service_change([&, end](bool up, const sc_core::sc_time&) {
            interrupted = interrupted || (serving[end] && !up);
            serving[end] = up;
        });
    }
    direction ab(bench.host_a, bench.host_b, seed * 2);
    direction ba(bench.host_b, bench.host_a, seed * 2 + 1);
    bring_up_stand_in firmware(bench, data_lanes, physical_lanes);
    const auto run_to = [&](auto done, double limit_us) {
        for (double us = 0.0; us < limit_us && !done(); us += step_us) {
            firmware.step();
            phy_bench::run_us(step_us);
        }
        return done();
    };
    REQUIRE(run_to([&] { return firmware.up() && serving[0] && serving[1]; }, 2000.0));
    fault_player player(bench, faults);
    ab.push();
    ba.push();
    const double begin_us = sc_core::sc_time_stamp().to_seconds() * 1e6;
    const auto elapsed_us = [&] { return sc_core::sc_time_stamp().to_seconds() * 1e6 - begin_us; };
    run_to(
        [&] {
            player.play_until(elapsed_us());
            return elapsed_us() >= traffic_us;
        },
        2 * traffic_us);
    ab.running = ba.running = false;
    const auto settled = [&] {
        player.play_until(elapsed_us());
        const bool served = player.finished() && firmware.up() && serving[0] && serving[1];
        return served && (interrupted || (ab.whole() && ba.whole()));
    };
    CHECK(run_to([&] { return !firmware.failure().empty() || settled(); }, longest_us));
    run_to([] { return false; }, settle_us);
    INFO("breaks " << firmware.breaks() << ", given up: '" << firmware.failure() << "'");
    for (const auto* each : {&ab, &ba}) {
        INFO("flits " << each->source.taken() << ", received " << each->sink.received()
                      << ", reported lost " << each->sink.reported());
        CHECK(each->sink.changed() == 0);
        CHECK(each->sink.repeated() == 0);
        CHECK(each->sink.accounted() <= each->source.taken());
        CHECK((each->sink.silent() == 0 || interrupted));
        // The retry's handshake says exactly how many will not come.
        CHECK((each->sink.understated() == 0 || !retry));
        CHECK((each->whole() || interrupted || !firmware.failure().empty()));
    }
    CHECK(firmware.up() == firmware.failure().empty());
}

}  // namespace

TEST_CASE("random faults under full traffic: intact or reported, UP or given up with a reason") {
    config::fault_ranges ranges;
    ranges.kinds = kinds;
    ranges.lanes = physical_lanes;
    ranges.most_lanes = 5;
    const bool retry = GENERATE(true, false);
    INFO("retry " << (retry ? "on" : "off"));
    for (std::uint64_t seed = 1; seed <= schedules(); ++seed) {
        const auto faults = config::draw_faults(seed, ranges);
        INFO("seed " << seed << "\n" << text_of(faults));
        fresh_simulation([&] { play(seed, faults, retry); });
    }
}
