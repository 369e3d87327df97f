#include "platform/link/presets.h"

#include <catch2/catch.hpp>
#include <set>

#include "models/photonics/constants.h"
#include "models/photonics/energy.h"
#include "models/photonics/fibre.h"
#include "models/photonics/led.h"
#include "platform/link/parameters.h"

using namespace luxlane;

TEST_CASE("Every preset lies in range and names its sources") {
    std::set<std::string_view> names;
    for (const link::preset& each : link::presets()) {
        INFO(each.name);
        CHECK(names.insert(each.name).second);
        CHECK_FALSE(each.summary.empty());
        CHECK_NOTHROW(photonics::check(each.lane));
        for (const auto& entry : link::described_lane(each).entries()) {
            INFO(entry.name);
            CHECK_FALSE(entry.source.empty());
            CHECK_FALSE(entry.meaning.empty());
            CHECK(entry.status != link::knowledge::given);
        }
        CHECK(each.module.data_lanes.value > 0.0);
        for (const link::shared_block& block : each.module.blocks)
            CHECK_FALSE(block.power_w.source.empty());
    }
    for (const char* published : {"mosaic", "lightbundle", "default-800g"})
        CHECK(names.contains(published));
}

TEST_CASE("A value that a preset changes has a source of its own") {
    const photonics::lane_parameters defaults;
    for (const link::preset& each : link::presets())
        for (const auto& note : photonics::parameter_notes())
            if (each.lane.*note.member != defaults.*note.member) {
                INFO(each.name << ": " << note.name);
                CHECK(each.sources.contains(note.name));
            }
}

TEST_CASE("The default preset is the default lane") {
    const auto& lane = link::find_preset("default-800g").lane;
    const photonics::lane_parameters defaults;
    for (const auto& note : photonics::parameter_notes())
        CHECK(lane.*note.member == defaults.*note.member);
}

TEST_CASE("MOSAIC's and Avicena's published figures are in their presets") {
    const auto& mosaic = link::find_preset("mosaic");  // SIGCOMM 2025, abstract
    CHECK(mosaic.lane.rate_bps == 2e9);
    CHECK(mosaic.lane.emitter_diameter_m == 10e-6);
    CHECK(mosaic.module.data_lanes.value == 100.0);
    const auto& bundle = link::find_preset("lightbundle");  // release of 2025-11-17: V-4
    CHECK(bundle.lane.rate_bps == 4e9);
    CHECK(bundle.lane.on_current_a == 100e-6);
    const auto led = photonics::emitter_of(bundle.lane);
    CHECK(photonics::led_area(led) == Approx(25e-12).epsilon(0.001));
    const double volts = photonics::steady_state(led, 100e-6).forward_voltage_v;
    CHECK(photonics::quoted_led_energy_j(100e-6, volts, 4e9) == Approx(80e-15).epsilon(0.03));
    // Step index, NA 0.2: 13 ps/m rms.
    CHECK(bundle.lane.modal_sigma_s_per_m ==
          Approx(photonics::step_index_modal_sigma_s_per_m(0.2, 1.467)).epsilon(0.03));
}

TEST_CASE("Sources say how well a number is known") {
    CHECK(link::knowledge_of("assumption: none") == link::knowledge::assumed);
    CHECK(link::knowledge_of("derived: from the area") == link::knowledge::derived);
    CHECK(link::knowledge_of("calibrated on M-2 and M-3") == link::knowledge::derived);
    CHECK(link::knowledge_of("JSSC May 2024: .71") == link::knowledge::measured);
    CHECK(link::to_text(link::knowledge::measured) == "measured");
}

TEST_CASE("An unknown preset is refused with the known ones") {
    CHECK_THROWS_WITH(link::find_preset("mosaik"), Catch::Contains("mosaik") &&
                                                       Catch::Contains("mosaic") &&
                                                       Catch::Contains("lightbundle"));
}
