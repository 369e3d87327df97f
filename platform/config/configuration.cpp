#include "platform/config/configuration.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "models/pd_array/gain_steps.h"
#include "platform/config/block_parameters.h"
#include "platform/config/host_parameters.h"
#include "platform/config/parameter.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"
#include "platform/config/table_builder.h"

namespace luxlane::config {
namespace {

constexpr std::uint64_t MAXIMUM_LANES = 672;

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
            "data_lanes", "1", [](c & v) -> auto& { return v.link.data_lanes; }, 1, 544,
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
        .choice(
            "fec", [](c & v) -> auto& { return v.phy.fec; }, coding::FEC_KIND_NAMES,
            "error correction of the payload: RS(528,514), RS(544,514) or RS(272,258)",
            "MOSAIC carries the host's KP4 end to end (secondary); IEEE Std 802.3 clause 91")
        .count(
            "interleave", "1", [](c & v) -> auto& { return v.phy.interleave; }, 1, 4,
            "codewords whose symbols alternate on the line: 1, 2 or 4",
            "IEEE Std 802.3 clause 119: 2; clause 172: 4")
        .choice(
            "gearbox", [](c & v) -> auto& { return v.phy.gearbox; }, coding::GEARBOX_MODE_NAMES,
            "whether FEC symbols stay whole on a lane or the host's bits are dealt as they come",
            "choice: with whole symbols the FEC bridges dead lanes")
        .choice(
            "clocking", [](c & v) -> auto& { return v.phy.clocking; },
            std::array{"per_lane", "forwarded"},
            "whether each lane recovers its clock or all sample with that of the clock lanes",
            "choice")
        .count(
            "clock_lanes", "1", [](c & v) -> auto& { return v.phy.clock_lanes; }, 1, 16,
            "physical lanes, from 0, that bring a forwarded clock; the first locked one serves",
            "assumption: one to spare")
        .integer(
            "degrade_limit", "1", [](c & v) -> auto& { return v.link.degrade_limit; }, 1, 1e6,
            "symbol errors of one lane in 64 superframes that make it degraded",
            "assumption: about 1e-3 of a lane's symbols")
        .text(
            "host_interface", [](c & v) -> auto& { return v.link.host_interface; },
            {"direct", "800gaui-8"},
            "flits on the package, or electrical lanes of their own from accelerator to PHY",
            "IEEE Std 802.3ck Annex 120G; MOSAIC power figure (secondary): 0.2 W or 2.4 W")
        .append_to(all);
}

void add_lane(std::vector<parameter>& all) {
    table_builder("lane")
        .choice(
            "format", [](c & v) -> auto& { return v.lane.format; }, std::array{"nrz", "pam4"},
            "line code of the optical lanes", "MOSAIC, Avicena: NRZ")
        .append_to(all);
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
             name == "on_current_a" ? LANE_DAC.full_scale_a : note.maximum,
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
            "lateral_x_m", "m", [](c & v) -> auto& { return v.cable.alignment.lateral_x_m; }, -1e-3,
            1e-3, "shift of the bundle's image along the rows of the photodiodes",
            "assumption: aligned")
        .real(
            "lateral_y_m", "m", [](c & v) -> auto& { return v.cable.alignment.lateral_y_m; }, -1e-3,
            1e-3, "shift along the columns", "assumption: aligned")
        .real(
            "rotation_rad", "rad", [](c & v) -> auto& { return v.cable.alignment.rotation_rad; },
            -0.2, 0.2, "rotation of the bundle about the array's centre", "assumption: aligned")
        .real(
            "axial_m", "m", [](c & v) -> auto& { return v.cable.alignment.axial_m; }, -1e-3, 1e-3,
            "distance from best focus", "assumption: in focus")
        .real(
            "magnification_error", "1",
            [](c & v) -> auto& { return v.cable.alignment.magnification_error; }, -0.1, 0.1,
            "image scale - 1", "assumption: exact")
        .real(
            "powered_s", "s", [](c & v) -> auto& { return v.cable.powered_s; }, 0, 1e9,
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
            [](c & v) -> auto& { return v.accelerator.memory_bandwidth_bytes_per_s; }, 1e9, 1e14,
            "bandwidth of the accelerator's memory, both directions together",
            "derived: four stacks of HBM2E, 1024 pins at 3.2 Gb/s each (JESD235D)")
        .real(
            "memory_latency_s", "s", [](c & v) -> auto& { return v.accelerator.memory_latency_s; },
            0, 1e-3, "latency of the accelerator's memory", "assumption: HBM behind a controller")
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
    append_block_parameters(all);
    append_host_parameters(all);
    return all;
}

/// Settings of the board's blocks that do not fit each other or the registers.
void check_blocks(const configuration& values, const std::string& name) {
    const auto require = [&](bool holds, const std::string& text) {
        if (!holds) {
            throw configuration_error(name + ": " + text);
        }
    };
    const double forward = values.lane.feed_forward_taps;
    require(forward == 1.0 || forward == 3.0,
            fmt::format("lane.feed_forward_taps = {}: the board's receiver has registers for three "
                        "taps; allowed: 1 (off), 3 (luxlane link analyses 5)",
                        forward));
    require(
        values.lane.feedback_taps == std::floor(values.lane.feedback_taps),
        fmt::format("lane.feedback_taps = {} is not a whole number", values.lane.feedback_taps));
    const auto& phy = values.phy;
    require(phy.interleave != 3, "link.interleave = 3: codewords alternate by 1, 2 or 4");
    require(phy.clock_lanes <= values.physical_lanes(),
            fmt::format("link.clock_lanes = {}: the link has {} lanes", phy.clock_lanes,
                        values.physical_lanes()));
    require(
        2 * phy.deskew_margin_words < phy.deskew_fifo_words,
        fmt::format("phy.deskew_margin_words = {} leaves nothing of phy.deskew_fifo_words = {}; "
                    "allowed: less than half of it",
                    phy.deskew_margin_words, phy.deskew_fifo_words));
    const auto& accelerator = values.accelerator;
    require(accelerator.receive_buffer_flits > accelerator.credit_return_flits,
            fmt::format("accelerator.credit_return_flits = {} must be less than "
                        "accelerator.receive_buffer_flits = {}",
                        accelerator.credit_return_flits, accelerator.receive_buffer_flits));
    require(accelerator.compute_chunk_bytes % 4 == 0,
            fmt::format("accelerator.compute_chunk_bytes = {} is not a multiple of 4",
                        accelerator.compute_chunk_bytes));
}

/// What no single value tells: electrical lanes that cannot be built.
void check_host(const configuration& values, const std::string& name) {
    constexpr double slowest_bps = 2e9, fastest_bps = 212.5e9;
    if (!values.has_host_lanes()) {
        return;
    }
    if (values.host.receiver.feed_forward_taps % 2 == 0) {
        throw configuration_error(fmt::format("{}: host.feed_forward_taps = {}; allowed: 1, 3, 5",
                                              name, values.host.receiver.feed_forward_taps));
    }
    const double rate_bps = values.host_lane_rate_bps();
    if (rate_bps < slowest_bps || rate_bps > fastest_bps) {
        throw configuration_error(fmt::format(
            "{}: host.lanes = {} would carry the link's {} at {} each; allowed: {} .. {}", name,
            values.host.lanes, format_quantity(rate_bps * values.host.lanes, "bit/s"),
            format_quantity(rate_bps, "bit/s"), format_quantity(slowest_bps, "bit/s"),
            format_quantity(fastest_bps, "bit/s")));
    }
}

void check_faults(const configuration& values, const std::string& name) {
    for (const auto& fault : values.faults) {
        for (const auto lane : fault.lanes) {
            if (lane >= values.physical_lanes()) {
                throw configuration_error(
                    fmt::format("{}: a fault names lane {}; the link has lanes 0 .. {}", name, lane,
                                values.physical_lanes() - 1));
            }
        }
        if (fault.kind == fault_kind::pll_loss && !values.has_host_lanes()) {
            throw configuration_error(
                fmt::format("{}: a fault of kind pll_loss needs host lanes; "
                            "link.host_interface = \"{}\" has none",
                            name, values.link.host_interface));
        }
    }
}

}  // namespace

std::span<const parameter> parameters() {
    static const std::vector<parameter> table = build_table();
    return table;
}

void check(const configuration& values, const std::string& name) {
    if (values.link.target_power_w > 0.0 && values.link.target_power_w < LANE_MONITOR.step()) {
        throw configuration_error(
            fmt::format("{}: link.target_power_w = {} is below the power monitor's step of {}",
                        name, format_quantity(values.link.target_power_w, "W"),
                        format_quantity(LANE_MONITOR.step(), "W")));
    }
    const auto lanes = values.physical_lanes();
    if (lanes > MAXIMUM_LANES) {
        throw configuration_error(
            fmt::format("{}: link.data_lanes + link.spare_lanes = {}; the devices have room for {}",
                        name, lanes, MAXIMUM_LANES));
    }
    check_faults(values, name);
    check_blocks(values, name);
    check_host(values, name);
    try {
        auto lane = values.lane;
        lane.rate_bps = values.line_rate_bps();
        photonics::check(lane);
        gain_steps_of(lane, values.photodiodes.gain_step_db);
    } catch (const std::out_of_range& error) {
        throw configuration_error(name + ": lane: " + error.what());
    }
}

}  // namespace luxlane::config
