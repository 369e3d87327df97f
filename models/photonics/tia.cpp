#include "models/photonics/tia.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

using p = tia_parts;

constexpr std::array NOTES = {
    tia_part_note{"rf", &p::feedback_ohm, "ohm", 10.0, 1e7, "feedback resistor",
                  "assumption: a few kilohm at 2 Gb/s"},
    tia_part_note{"cpd", &p::photodiode_f, "F", 0.0, 1e-10, "capacitance of the photodiode",
                  "JSSC May 2024: 10 fF, 15 um x 15 um"},
    tia_part_note{"cin", &p::input_f, "F", 0.0, 1e-10, "capacitance of the input transistor",
                  "assumption: gm / cin of 130 nm CMOS"},
    tia_part_note{"cpar", &p::parasitic_f, "F", 0.0, 1e-10, "capacitance of wiring and pad",
                  "assumption: photodiode on the amplifier's die"},
    tia_part_note{"gm", &p::transconductance_s, "S", 1e-5, 10.0,
                  "transconductance of the input transistor", "assumption: about 0.5 mA"},
    tia_part_note{"gamma", &p::channel_noise_factor, "1", 0.1, 10.0,
                  "channel noise factor of the input transistor", "assumption: short channel"},
    tia_part_note{"fa", &p::amplifier_pole_hz, "Hz", 1e5, 1e13, "pole of the voltage amplifier",
                  "assumption: damping of 0.7 with the other parts"},
    tia_part_note{"a0", &p::open_loop_gain, "1", 0.5, 1e5, "gain of the voltage amplifier at rest",
                  "assumption: damping of 0.7 with the other parts"},
    tia_part_note{"temperature", &p::temperature_k, "K", 233.0, 473.0, "of the amplifier",
                  "assumption: room temperature"},
};

}  // namespace

std::span<const tia_part_note> tia_part_notes() { return NOTES; }

void check(const tia_parts& parts) {
    const auto refuse = [](std::string_view name, double value, std::string_view unit, double low,
                           double high, std::string_view meaning) {
        std::array<char, 160> range;
        std::snprintf(range.data(), range.size(), " = %g %.*s lies outside %g .. %g (", value,
                      static_cast<int>(unit.size()), unit.data(), low, high);
        throw std::out_of_range("amplifier part " + std::string(name) + range.data() +
                                std::string(meaning) + ")");
    };
    for (const tia_part_note& note : NOTES) {
        const double value = parts.*note.member;
        if (!(value >= note.minimum && value <= note.maximum))
            refuse(note.name, value, note.unit, note.minimum, note.maximum, note.meaning);
    }
    constexpr double least_f = 1e-16;
    if (parts.total_capacitance_f() < least_f)
        refuse("cpd + cin + cpar", parts.total_capacitance_f(), "F", least_f, 3e-10,
               "without capacitance at its input the amplifier has no second pole");
}

double resistor_noise_density(double resistance_ohm, double temperature_k) {
    return std::sqrt(4.0 * BOLTZMANN_J_PER_K * temperature_k / resistance_ohm);
}

tia_figures figures_of(const tia_parts& parts) {
    check(parts);
    const double capacitance_f = parts.total_capacitance_f();
    const double input_s = parts.feedback_ohm * capacitance_f;
    const double amplifier_per_s = 2.0 * PI * parts.amplifier_pole_hz;
    const double natural_per_s =
        std::sqrt((parts.open_loop_gain + 1.0) * amplifier_per_s / input_s);
    const double damping = (amplifier_per_s + 1.0 / input_s) / (2.0 * natural_per_s);
    const double natural_hz = natural_per_s / (2.0 * PI);
    return {
        .transimpedance_ohm =
            parts.feedback_ohm * parts.open_loop_gain / (parts.open_loop_gain + 1.0),
        .bandwidth_hz = natural_hz / natural_frequency_hz(1.0, damping),
        .damping = damping,
        .noise_density_a_per_rthz = resistor_noise_density(parts.feedback_ohm, parts.temperature_k),
        .noise_corner_hz = std::sqrt(parts.transconductance_s /
                                     (parts.channel_noise_factor * parts.feedback_ohm)) /
                           (2.0 * PI * capacitance_f)};
}

tia_parts attenuated(const tia_parts& parts, double attenuation_db) {
    if (!(attenuation_db >= 0.0))
        throw std::out_of_range("attenuation of a gain step = " + std::to_string(attenuation_db) +
                                " dB is below 0 (the feedback resistor can only be bridged)");
    const double factor = std::pow(10.0, -attenuation_db / 20.0);
    tia_parts stepped = parts;
    stepped.feedback_ohm *= factor;
    stepped.open_loop_gain = (parts.open_loop_gain + 1.0) * factor - 1.0;
    check(stepped);
    return stepped;
}

double overload_current_a(const tia_figures& figures, double output_swing_v) {
    return output_swing_v / figures.transimpedance_ohm;
}

tia_parts tuned(const tia_parts& parts, double bandwidth_hz, double damping) {
    const double natural_per_s = 2.0 * PI * natural_frequency_hz(bandwidth_hz, damping);
    const double input_s = parts.feedback_ohm * parts.total_capacitance_f();
    const double amplifier_per_s = 2.0 * damping * natural_per_s - 1.0 / input_s;
    tia_parts tuned = parts;
    tuned.amplifier_pole_hz = amplifier_per_s / (2.0 * PI);
    tuned.open_loop_gain = natural_per_s * natural_per_s * input_s / amplifier_per_s - 1.0;
    check(tuned);
    return tuned;
}

lane_parameters with_amplifier(lane_parameters lane, const tia_parts& parts) {
    const tia_figures figures = figures_of(parts);
    lane.amplifier_bandwidth_hz = figures.bandwidth_hz;
    lane.amplifier_damping = figures.damping;
    lane.noise_density_a_per_rthz =
        figures.noise_density_a_per_rthz * std::sqrt(REFERENCE_TEMPERATURE_K / parts.temperature_k);
    lane.noise_corner_hz = figures.noise_corner_hz;
    lane.temperature_k = parts.temperature_k;
    return lane;
}

}  // namespace luxlane::photonics
