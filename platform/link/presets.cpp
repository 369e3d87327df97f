#include "platform/link/presets.h"

#include <algorithm>
#include <stdexcept>

namespace luxlane::link {

namespace {

using photonics::lane_parameters;
using photonics::parameter_note;

constexpr auto MEASURED = knowledge::measured;
constexpr auto DERIVED = knowledge::derived;
constexpr auto ASSUMED = knowledge::assumed;

constexpr module_fact GEARBOX_LATENCY = {
    6e-9, MEASURED, "Avicena: 6 ns for the electronics of its 1.6T demonstration (vendor)"};

constexpr std::string_view NO_SHARED_BLOCKS =
    "one data lane: driver, emitter and receiver; no digital back end, none is published";

/// A preset that is filled in parameter by parameter.
class draft {
public:
    explicit draft(preset start) : made_(std::move(start)) {}

    draft& set(std::string_view parameter, double value, std::string_view source) {
        const auto notes = photonics::parameter_notes();
        const auto note = std::ranges::find(notes, parameter, &parameter_note::name);
        if (note == notes.end())
            throw std::logic_error("preset " + std::string(made_.name) + ": no parameter " +
                                   std::string(parameter));
        made_.lane.*note->member = value;
        made_.sources[parameter] = source;
        return *this;
    }

    preset done() const { return made_; }

private:
    preset made_;
};

/// Power at one end of MOSAIC's 800 Gb/s module, per block (M-12 of the published table).
std::vector<shared_block> mosaic_blocks(double lanes) {
    const double share = lanes / 400.0;
    return {{"gearbox and light error correction",
             {0.4 * share, MEASURED, "MOSAIC power figure, 0.4 W at 800 Gb/s (secondary)"}},
            {"microcontroller and DC-DC",
             {1.3 * share, MEASURED, "MOSAIC power figure, 1.3 W at 800 Gb/s (secondary)"}},
            {"host interface, co-packaged",
             {0.2 * share, MEASURED, "MOSAIC power figure, 0.2 W (pluggable: 2.4 W; secondary)"}}};
}

constexpr std::string_view MOSAIC_BOUNDARY =
    "one end without the host's SerDes: driver, emitter, receiver, back end, management, "
    "co-packaged host interface; spare lanes off";

preset default_800g() {
    return {.name = "default-800g",
            .summary = "400 + 60 lanes of 2 Gb/s NRZ over 10 m of silica imaging fibre",
            .lane = photonics::default_800g(),
            .module = {{400, MEASURED, "MOSAIC, 800 Gb/s design (secondary)"},
                       {60, MEASURED, "MOSAIC: 460 lanes and more in all (secondary)"},
                       GEARBOX_LATENCY,
                       mosaic_blocks(400),
                       MOSAIC_BOUNDARY},
            .sources = {{"emitter", "assumption: phenomenological fit to E-1 and V-16"},
                        {"format", "MOSAIC, SIGCOMM 2025: NRZ"}}};
}

preset mosaic() {
    preset start = default_800g();
    start.name = "mosaic";
    start.summary = "MOSAIC's prototype: 100 lanes of 2 Gb/s NRZ, imaging fibre, 10 um emitters";
    start.module.data_lanes = {100, MEASURED, "MOSAIC, SIGCOMM 2025 (abstract): 100 channels"};
    start.module.spare_lanes = {0, ASSUMED, "assumption: the prototype reports no spares"};
    start.module.blocks = mosaic_blocks(100);
    for (shared_block& block : start.module.blocks)
        block.power_w.status = DERIVED;  // the published watts, scaled to fewer lanes
    return draft(start)
        .set("rate_bps", 2e9, "MOSAIC, SIGCOMM 2025 (abstract): 2 Gb/s a channel")
        .set("length_m", 20.0, "MOSAIC evaluation: median BER below 2e-8 at 20 m (secondary)")
        .set("emitter_diameter_m", 10e-6, "MOSAIC (secondary quotations): 10 um")
        .set("linewidth_m", 16e-9, "assumption above MOSAIC's >10 nm")
        .set("modal_sigma_s_per_m", 3e-12, "assumption below MOSAIC's bound of 10 ps/m")
        .done();
}

preset lightbundle() {
    const preset start = {
        .name = "lightbundle",
        .summary = "Avicena-like: 5 x 5 um emitters at 100 uA, 4 Gb/s NRZ, one 50 um fibre a lane",
        .lane = {},
        .module = {{256, MEASURED, "Avicena eKit: 256 data lanes (vendor)"},
                   {64, MEASURED, "Avicena eKit: 64 more lanes (vendor)"},
                   GEARBOX_LATENCY,
                   {},
                   NO_SHARED_BLOCKS},
        .sources = {{"emitter", "assumption: phenomenological fit to E-1 and V-16"},
                    {"format", "Avicena: NRZ (vendor)"}}};
    return draft(start)
        .set("rate_bps", 4e9, "Avicena release of 2025-11-17: 4 Gb/s a lane (vendor)")
        .set("on_current_a", 100e-6, "Avicena release of 2025-11-17: 100 uA (vendor)")
        .set("emitter_diameter_m", 5.642e-6, "derived: circle of a 5 x 5 um mesa's area")
        .set("wavelength_m", 425e-9, "Avicena: 420 .. 440 nm; receiver characterised at 420 nm")
        .set("linewidth_m", 20e-9, "Avicena (secondary): 20 nm")
        .set("current_extinction_ratio", 100.0, "assumption: the driver turns the emitter off")
        .set("transmit_post_tap", 0.0,
             "assumption: unused, a tap costs a driver of 100 uA more swing than it wins")
        .set("extraction_efficiency", 0.5, "assumption: mesa with reflecting sides")
        .set("transmit_coupling_db", 5.2, "derived: patents quote 30 % and more with reflectors")
        .set("connector_db", 0.0, "assumption: none, the bundle ends on the dies")
        .set("attenuation_db_per_m", 0.08, "assumption inside 0.05 .. 0.1 dB/m of silica at 430 nm")
        .set("length_m", 5.0, "Avicena eKit: 5 m and 10 m bundles (vendor)")
        .set("modal_sigma_s_per_m", 13e-12,
             "derived: step index, 50 um core of NA 0.2, NA^2 / (2 n c) / sqrt 12")
        .set("core_coupling_per_m", 0.0, "derived: one fibre a lane, no cores touch")
        .set("border_core_fraction", 0.0, "derived: one fibre a lane, no cores touch")
        .set("half_aperture_m", 7.5e-6, "JSSC May 2024: 15 x 15 um photodiode")
        .set("spot_radius_m", 6e-6, "assumption: a lens images the fibre onto the photodiode")
        .set("responsivity_a_per_w", 0.25, "vendor: optimised from the .17 A/W of JSSC May 2024")
        .set("amplifier_bandwidth_hz", 2e9, "assumption: half the bit rate")
        .set("noise_density_a_per_rthz", 3e-12,
             "assumption: 16 nm FinFET; the 130 nm receiver of JSSC May 2024 has 7.6 pA/rtHz")
        .set("ctle_zero_hz", 1.4e9, "assumption: a third of the symbol rate")
        .set("ctle_pole_hz", 6e9, "assumption: twice that of the 2 Gb/s lane")
        .set("feedback_taps", 1.0, "assumption: one, against the carriers' tail")
        .done();
}

/// Avicena's evaluation kits: the lightbundle lane at another rate and number of lanes.
preset evaluation_kit(std::string_view name, std::string_view summary, module_fact data_lanes,
                      module_fact spare_lanes, double rate_bps, std::string_view rate_source) {
    preset start = lightbundle();
    start.name = name;
    start.summary = summary;
    start.module.data_lanes = data_lanes;
    start.module.spare_lanes = spare_lanes;
    return draft(start)
        .set("rate_bps", rate_bps, rate_source)
        .set("length_m", 10.0, "Avicena eKit: 5 m and 10 m bundles (vendor)")
        .set("amplifier_bandwidth_hz", 0.5 * rate_bps, "assumption: half the bit rate")
        .done();
}

std::vector<preset> make_presets() {
    return {mosaic(), lightbundle(),
            evaluation_kit("ekit", "Avicena's kit: 256 + 64 lanes of up to 3.5 Gb/s NRZ over 10 m",
                           {256, MEASURED, "Avicena eKit: 256 data lanes (vendor)"},
                           {64, MEASURED, "Avicena eKit: 64 more lanes (vendor)"}, 3.5e9,
                           "Avicena eKit: up to 3.5 Gb/s a lane (vendor)"),
            evaluation_kit("ekit-1t", "Avicena's kit for 1 Tb/s: 335 lanes of 3 Gb/s NRZ over 10 m",
                           {335, MEASURED, "Avicena eKit-1T: 335 lanes (vendor)"},
                           {0, ASSUMED, "assumption: the 335 lanes include no spares"}, 3e9,
                           "Avicena eKit-1T: 3 Gb/s a lane (vendor)"),
            default_800g()};
}

}  // namespace

std::string_view to_text(knowledge status) {
    switch (status) {
        case knowledge::measured:
            return "measured";
        case knowledge::derived:
            return "derived";
        case knowledge::assumed:
            return "assumed";
        case knowledge::given:
            break;
    }
    return "given";
}

knowledge knowledge_of(std::string_view source) {
    if (source.starts_with("assum") || source.starts_with("drawn"))
        return knowledge::assumed;
    if (source.starts_with("derived") || source.starts_with("calibrated"))
        return knowledge::derived;
    return knowledge::measured;
}

std::string_view preset::source_of(std::string_view parameter) const {
    if (const auto own = sources.find(parameter); own != sources.end())
        return own->second;
    const auto notes = photonics::parameter_notes();
    const auto note = std::ranges::find(notes, parameter, &parameter_note::name);
    return note == notes.end() ? std::string_view() : note->source;
}

std::span<const preset> presets() {
    static const std::vector<preset> all = make_presets();
    return all;
}

const preset& find_preset(std::string_view name) {
    const auto all = presets();
    const auto found = std::ranges::find(all, name, &preset::name);
    if (found != all.end())
        return *found;
    std::string names;
    for (const preset& each : all)
        names += (names.empty() ? "" : ", ") + std::string(each.name);
    throw std::invalid_argument("preset '" + std::string(name) + "' is unknown; there are " +
                                names);
}

}  // namespace luxlane::link
