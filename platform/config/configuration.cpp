#include "platform/config/configuration.h"

#include <fmt/format.h>

#include <utility>

#include "platform/config/parameter.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"

namespace luxlane::config {
namespace {

constexpr std::uint64_t MAXIMUM_LANES = 544;
/// The receiver measures light in these steps.
constexpr double POWER_MONITOR_STEP_W = 10e-9;
/// Range of the driver's current DAC: 10 bits of 1 uA.
constexpr double DRIVER_MAXIMUM_A = 1.023e-3;

/// Builds the table; each line reads as a row of the data sheet.
class table_builder {
public:
    explicit table_builder(std::string section) : section_(std::move(section)) {}

    template <class Member>
    table_builder& real(const char* name, const char* unit, Member member, double low, double high,
                        const char* meaning, const char* source) {
        return add(name, unit, low, high, {}, meaning, source, real_place(member));
    }
    template <class Member>
    table_builder& integer(const char* name, const char* unit, Member member, double low,
                           double high, const char* meaning, const char* source) {
        return add(name, unit, low, high, {}, meaning, source, integer_place(member));
    }
    template <class Member>
    table_builder& flag(const char* name, Member member, const char* meaning, const char* source) {
        return add(name, "", 0, 1, {}, meaning, source, flag_place(member));
    }
    template <class Member>
    table_builder& text(const char* name, Member member, std::vector<std::string> choices,
                        const char* meaning, const char* source) {
        return add(name, "", 0, 0, std::move(choices), meaning, source, text_place(member));
    }
    void append_to(std::vector<parameter>& all) const {
        all.insert(all.end(), rows_.begin(), rows_.end());
    }

private:
    template <class Place>
    table_builder& add(const char* name, const char* unit, double low, double high,
                       std::vector<std::string> choices, const char* meaning, const char* source,
                       Place place) {
        rows_.push_back({section_ + "." + name, unit, low, high, std::move(choices), meaning,
                         source, std::move(place)});
        return *this;
    }

    std::string section_;
    std::vector<parameter> rows_;
};

using c = configuration;

void add_simulation(std::vector<parameter>& all) {
    table_builder("simulation")
        .integer(
            "seed", "1", [](c & v) -> auto& { return v.simulation.seed; }, 0, 1e15,
            "seed of all random streams", "choice")
        .text(
            "fidelity", [](c & v) -> auto& { return v.simulation.fidelity; },
            {"statistical", "symbol", "waveform"}, "how lanes are simulated",
            "choice: statistical is fast enough for firmware and collectives")
        .real(
            "maximum_time_s", "s", [](c & v) -> auto& { return v.simulation.maximum_time_s; }, 1e-6,
            100, "simulated time after which the run is given up", "choice")
        .append_to(all);
}

void add_link(std::vector<parameter>& all) {
    table_builder("link")
        .integer(
            "data_lanes", "1", [](c & v) -> auto& { return v.link.data_lanes; }, 1, 510,
            "lanes that carry payload", "MOSAIC 800 Gb/s design (secondary): 400")
        .integer(
            "spare_lanes", "1", [](c & v) -> auto& { return v.link.spare_lanes; }, 0, 543,
            "lanes that replace dead ones", "MOSAIC (secondary): 460 and more in all")
        .real(
            "lane_rate_bps", "bit/s", [](c & v) -> auto& { return v.link.lane_rate_bps; }, 5e8,
            7.9e9, "coded payload of one lane", "derived: 850 Gb/s of RS(544,514) over 400 lanes")
        .real(
            "target_power_w", "W", [](c & v) -> auto& { return v.link.target_power_w; }, 0, 40e-6,
            "received power that the firmware adjusts every lane to; 0: that of the nominal lane; "
            "the "
            "power monitor reads up to 41 uW",
            "choice")
        .integer(
            "degrade_limit", "1", [](c & v) -> auto& { return v.link.degrade_limit; }, 1, 1e6,
            "symbol errors of one lane in 64 superframes that make it degraded",
            "assumption: about 1e-3 of a lane's symbols")
        .text(
            "host_interface", [](c & v) -> auto& { return v.link.host_interface; },
            {"cpo", "pluggable"}, "electrical reach between accelerator and PHY, for power",
            "MOSAIC power figure (secondary): 0.2 W or 2.4 W at 800 Gb/s")
        .append_to(all);
}

void add_lane(std::vector<parameter>& all) {
    for (const auto& note : photonics::parameter_notes()) {
        const std::string name(note.name);
        // The line decides the first; the others belong to single lanes and are drawn from
        // [spread].
        if (name == "rate_bps" || note.source.starts_with("drawn")) {
            continue;
        }
        all.push_back(
            {"lane." + name,
             std::string(note.unit),
             note.minimum,
             name == "on_current_a" ? DRIVER_MAXIMUM_A : note.maximum,
             {},
             std::string(note.meaning),
             std::string(note.source),
             real_place([member = note.member](c& v) -> double& { return v.lane.*member; })});
    }
    table_builder("spread")
        .real(
            "drive_relative", "1", [](c & v) -> auto& { return v.spread.drive_relative; }, 0, 0.5,
            "standard deviation of the drive current over lanes",
            "assumption: mismatch of a small current DAC")
        .real(
            "coupling_db", "dB", [](c & v) -> auto& { return v.spread.coupling_db; }, 0, 5,
            "standard deviation of the coupling loss",
            "assumption: +-5 um of lens and bundle tolerance")
        .real(
            "responsivity_relative", "1",
            [](c & v) -> auto& { return v.spread.responsivity_relative; }, 0, 0.5,
            "standard deviation of the responsivity", "assumption: uniformity on one die")
        .real(
            "noise_relative", "1", [](c & v) -> auto& { return v.spread.noise_relative; }, 0, 0.5,
            "standard deviation of the amplifier noise", "assumption: uniformity on one die")
        .real(
            "skew_s", "s", [](c & v) -> auto& { return v.spread.skew_s; }, 0, 10e-9,
            "standard deviation of the skew", "assumption: traces and drivers of one module")
        .real(
            "skew_s_per_m", "s/m", [](c & v) -> auto& { return v.spread.skew_s_per_m; }, 0, 1e-9,
            "skew per metre", "imaging fibre: one draw; 5e-12 for a fan-out bundle")
        .real(
            "alive_probability", "1", [](c & v) -> auto& { return v.spread.alive_probability; }, 0,
            1, "share of emitters that work at birth",
            "assumption: transfer yields of 0.989 .. 0.99995 are quoted")
        .append_to(all);
}

void add_array(std::vector<parameter>& all) {
    table_builder("array")
        .real(
            "lateral_x_m", "m", [](c & v) -> auto& { return v.alignment.lateral_x_m; }, -1e-3, 1e-3,
            "shift of the bundle's image along the rows of the photodiodes", "assumption: aligned")
        .real(
            "lateral_y_m", "m", [](c & v) -> auto& { return v.alignment.lateral_y_m; }, -1e-3, 1e-3,
            "shift along the columns", "assumption: aligned")
        .real(
            "rotation_rad", "rad", [](c & v) -> auto& { return v.alignment.rotation_rad; }, -0.2,
            0.2, "rotation of the bundle about the array's centre", "assumption: aligned")
        .real(
            "axial_m", "m", [](c & v) -> auto& { return v.alignment.axial_m; }, -1e-3, 1e-3,
            "distance from best focus", "assumption: in focus")
        .real(
            "magnification_error", "1",
            [](c & v) -> auto& { return v.alignment.magnification_error; }, -0.1, 0.1,
            "image scale - 1", "assumption: exact")
        .real(
            "powered_s", "s", [](c & v) -> auto& { return v.powered_s; }, 0, 1e9,
            "time that the emitters were driven before: a year is 3.16e7 s", "assumption: new")
        .append_to(all);
}

void add_node(std::vector<parameter>& all) {
    table_builder("node")
        .real(
            "clock_hz", "Hz", [](c & v) -> auto& { return v.node.clock_hz; }, 1e6, 4e9,
            "clock of the hart, one instruction a cycle", "assumption: a small management core")
        .integer(
            "quantum_instructions", "1", [](c & v) -> auto& { return v.node.quantum_instructions; },
            1, 1e6, "instructions that a hart may run ahead; results do not depend on it", "choice")
        .real(
            "memory_bandwidth", "B/s",
            [](c & v) -> auto& { return v.node.memory_bandwidth_bytes_per_s; }, 1e9, 1e14,
            "bandwidth of the accelerator's memory", "assumption: two stacks of HBM3")
        .real(
            "memory_latency_s", "s", [](c & v) -> auto& { return v.node.memory_latency_s; }, 0,
            1e-3, "latency of the accelerator's memory", "assumption: HBM behind a controller")
        .real(
            "ambient_c", "C", [](c & v) -> auto& { return v.node.ambient_c; }, -40, 125,
            "air at the board's temperature sensor; lane.temperature_k is that of the optics",
            "assumption")
        .append_to(all);
    table_builder("power")
        .real(
            "controller_idle_w", "W", [](c & v) -> auto& { return v.power.controller_idle_w; }, 0,
            100, "management controller, asleep", "assumption: small microcontroller and sensors")
        .real(
            "energy_per_instruction_j", "J",
            [](c & v) -> auto& { return v.power.energy_per_instruction_j; }, 0, 1e-6,
            "management controller, per instruction", "assumption: 32 to 64-bit core, 28 nm")
        .real(
            "converter_efficiency", "1",
            [](c & v) -> auto& { return v.power.converter_efficiency; }, 0.3, 1,
            "of the DC-DC converters in front of everything but the host interface",
            "assumption: with the controller, MOSAIC's 1.3 W (secondary)")
        .append_to(all);
    table_builder("collective")
        .text(
            "workload", [](c & v) -> auto& { return v.collective.workload; }, {},
            "gradients to all-reduce: resnet50, or a CSV file of tensors",
            "He et al., Deep Residual Learning, CVPR 2016")
        .flag(
            "enabled", [](c & v) -> auto& { return v.collective.enabled; },
            "run the all-reduce after LINK UP", "choice")
        .append_to(all);
    table_builder("firmware")
        .text(
            "image", [](c & v) -> auto& { return v.firmware; }, {},
            "ELF file for both harts; empty: the image built with the program", "choice")
        .append_to(all);
}

std::vector<parameter> build_table() {
    std::vector<parameter> all;
    add_simulation(all);
    add_link(all);
    add_lane(all);
    add_array(all);
    add_node(all);
    return all;
}

}  // namespace

std::span<const parameter> parameters() {
    static const std::vector<parameter> table = build_table();
    return table;
}

void check(const configuration& values, const std::string& name) {
    if (values.link.target_power_w > 0.0 && values.link.target_power_w < POWER_MONITOR_STEP_W) {
        throw configuration_error(
            fmt::format("{}: link.target_power_w = {} is below the power monitor's step of {}",
                        name, format_quantity(values.link.target_power_w, "W"),
                        format_quantity(POWER_MONITOR_STEP_W, "W")));
    }
    const auto lanes = values.physical_lanes();
    if (lanes > MAXIMUM_LANES) {
        throw configuration_error(
            fmt::format("{}: link.data_lanes + link.spare_lanes = {}; the devices have room for {}",
                        name, lanes, MAXIMUM_LANES));
    }
    for (const auto& fault : values.faults) {
        for (const auto lane : fault.lanes) {
            if (lane >= lanes) {
                throw configuration_error(
                    fmt::format("{}: kill_lanes names lane {}; the link has lanes 0 .. {}", name,
                                lane, lanes - 1));
            }
        }
    }
    try {
        auto lane = values.lane;
        lane.rate_bps = values.line_rate_bps();
        photonics::check(lane);
    } catch (const std::out_of_range& error) {
        throw configuration_error(name + ": lane: " + error.what());
    }
}

}  // namespace luxlane::config
