#include "platform/link/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/photonics/fibre.h"
#include "platform/config/parameter.h"
#include "platform/config/quantity.h"

namespace luxlane::link {

namespace {

using photonics::modulation;
using photonics::parameter_note;

std::string_view nearest_parameter(std::string_view name) {
    std::string_view best = "format";
    const auto better = [&](std::string_view candidate) {
        if (config::edit_distance(name, candidate) < config::edit_distance(name, best))
            best = candidate;
    };
    better("emitter");
    for (const parameter_note& note : photonics::parameter_notes())
        better(note.name);
    return best;
}

struct range_reason {
    std::string_view parameter, reason;
};

constexpr std::array REASONS = {
    range_reason{"rate_bps",
                 "above, 16 samples a symbol no longer resolve the emitter and the driver; below, "
                 "the offset loop reaches into the symbols"},
    range_reason{"length_m",
                 "a fibre has no negative length; beyond 100 m blue light is spread "
                 "over more symbols than the pulse response spans"},
    range_reason{"temperature_k", "emitter and receiver are characterised in this range"},
    range_reason{"on_current_a",
                 "a current of nought gives no light; the coefficients of the "
                 "emitters hold up to some 20 mA"},
    range_reason{"current_extinction_ratio", "a zero must be darker than a one"},
    range_reason{"extraction_efficiency", "no more light leaves the chip than is made"},
    range_reason{"wavelength_m", "attenuation is tabulated from 400 to 530 nm"},
    range_reason{"responsivity_a_per_w",
                 "quantum efficiency 1 is .33 A/W at 410 nm and .43 A/W at 530 nm"},
    range_reason{"duty_cycle_distortion", "half an interval moves a sample to the next symbol"},
    range_reason{"border_core_fraction", "a part of the whole lies between 0 and 1"},
    range_reason{"electrical_crosstalk", "more than half would be another lane's receiver"},
};

std::string range_text(const parameter_note& note) {
    if (note.unit == "count")
        return fmt::format("{:g} .. {:g}", note.minimum, note.maximum);
    return fmt::format("{} .. {}", config::format_quantity(note.minimum, note.unit),
                       config::format_quantity(note.maximum, note.unit));
}

double checked_number(const parameter_note& note, const std::string& text,
                      const std::string& option) {
    const auto refuse = [&](const std::string& found) {
        throw std::invalid_argument(fmt::format("{}: {} = {}; allowed: {} ({}; {})", option,
                                                note.name, found, range_text(note), note.meaning,
                                                reason_of_range(note.name)));
    };
    double number = 0.0;
    try {
        number =
            config::snapped(config::parse_quantity(text, note.unit == "count" ? "1" : note.unit),
                            note.minimum, note.maximum);
    } catch (const std::invalid_argument& error) {
        refuse(error.what());
    }
    if (!(number >= note.minimum && number <= note.maximum))
        refuse(std::isnan(number) ? "NaN is not a number"
                                  : fmt::format("{} is out of range", text));
    if (note.unit == "count" && number != std::floor(number))
        refuse(fmt::format("{} is not a whole number", text));
    if (note.name == "feed_forward_taps" && std::fmod(number, 2.0) == 0.0)
        refuse(fmt::format("{} is even: write 1, 3 or 5", text));
    return number;
}

}  // namespace

std::string_view reason_of_range(std::string_view parameter) {
    const auto found = std::ranges::find(REASONS, parameter, &range_reason::parameter);
    if (found != REASONS.end())
        return found->reason;
    if (parameter.ends_with("_db"))
        return "losses and gains are positive, and beyond the range no light is left";
    return "outside, the model has no meaning";
}

void described_lane::set(const std::string& parameter, const std::string& text,
                         const std::string& option) {
    if (parameter == "format") {
        if (text != "nrz" && text != "pam4")
            throw std::invalid_argument(
                fmt::format("{}: format = {}; allowed: nrz, pam4 (line code)", option, text));
        lane_.format = text == "pam4" ? modulation::pam4 : modulation::nrz;
    } else if (parameter == "emitter") {
        try {
            lane_.emitter = photonics::led_set(text);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(option + ": emitter: " + error.what());
        }
    } else {
        const auto notes = photonics::parameter_notes();
        const auto note = std::ranges::find(notes, parameter, &parameter_note::name);
        if (note == notes.end())
            throw std::invalid_argument(fmt::format(
                "{}: no parameter is called '{}'; did you mean '{}'? `luxlane link --describe` "
                "lists them",
                option, parameter, nearest_parameter(parameter)));
        lane_.*note->member = checked_number(*note, text, option);
    }
    given_[parameter] = "command line, " + option;
}

void described_lane::set(const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        throw std::invalid_argument(
            fmt::format("--set {}: write PARAMETER=VALUE, e.g. linewidth_m=20nm", assignment));
    set(assignment.substr(0, equals), assignment.substr(equals + 1), "--set");
}

void described_lane::set_fibre(const std::string& kind) {
    try {
        const photonics::fibre_kind& fibre = photonics::fibre(kind);
        lane_.attenuation_db_per_m = photonics::attenuation_db_per_m(fibre, lane_.wavelength_m);
        lane_.modal_sigma_s_per_m = fibre.modal_sigma_s_per_m;
        const std::string source = fmt::format("command line, --fibre {}: {}", kind, fibre.source);
        given_["attenuation_db_per_m"] = source;
        given_["modal_sigma_s_per_m"] = source;
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string("--fibre: ") + error.what());
    }
}

described_lane::entry described_lane::entry_of(const std::string& name, const std::string& text,
                                               double number, const std::string& unit,
                                               const std::string& meaning) const {
    const auto given = given_.find(name);
    const std::string source =
        given != given_.end() ? given->second : std::string(from_->source_of(name));
    return {name,
            text,
            unit,
            meaning,
            source,
            number,
            given != given_.end() ? knowledge::given : knowledge_of(source)};
}

std::vector<described_lane::entry> described_lane::entries() const {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    std::vector<entry> all;
    all.push_back(entry_of("format", lane_.format == modulation::pam4 ? "pam4" : "nrz", none, "",
                           "line code: nrz or pam4"));
    all.push_back(entry_of("emitter", std::string(lane_.emitter.name), none, "",
                           "set of recombination coefficients"));
    for (const parameter_note& note : photonics::parameter_notes()) {
        const double value = lane_.*note.member;
        all.push_back(entry_of(std::string(note.name),
                               note.unit == "count" ? fmt::format("{:g}", value)
                                                    : config::format_quantity(value, note.unit),
                               value, std::string(note.unit), std::string(note.meaning)));
    }
    return all;
}

}  // namespace luxlane::link
