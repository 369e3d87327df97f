#include "platform/link/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "platform/config/quantity.h"
#include "platform/link/report.h"

namespace luxlane::link {

namespace {

/// Columns of the eye between two phases of the extracted response.
constexpr std::size_t BETWEEN = 6;
constexpr std::size_t BINS = 240;
constexpr double LEAST_DENSITY = 1e-5;  // of a picture's greatest
constexpr double LEAST_BER = 1e-15;
constexpr double MICRO = 1e6;

std::string title_of(const question& asked) {
    const auto& lane = asked.lane.lane();
    return fmt::format("{}, {} {} over {}", asked.lane.from().name,
                       config::format_quantity(lane.rate_bps, "bit/s"),
                       lane.format == photonics::modulation::pam4 ? "PAM4" : "NRZ",
                       config::format_quantity(lane.length_m, "m"));
}

std::string ber_text(const ber_estimate& estimate) {
    return estimate.ber ? fmt::format("BER {:.2g}", *estimate.ber) : "BER unknown";
}

/// The responses a part of a phase step later, for columns between those of `phases`.
photonics::phase_response later(const dsp::sampled_channel& channel,
                                const photonics::phase_response& phases, double steps) {
    photonics::phase_response out = phases;
    for (std::size_t p = 0; p < photonics::PHASES; ++p) {
        const double phase = (static_cast<double>(p) + steps) / photonics::PHASES - 0.5;
        const dsp::sampled_channel moved = dsp::displace(channel, phases, phase);
        out.pulse[p] = moved.pulse;
        out.pair[p] = moved.pair;
    }
    return out;
}

/// Probability per A at a voltage, linear between the bins: each eye has bins of its own.
double density_at(const dsp::statistical_eye& eye, const std::vector<double>& density,
                  double voltage_a) {
    const double step_a = eye.voltage_a[1] - eye.voltage_a[0];
    const double position = (voltage_a - eye.voltage_a.front()) / step_a;
    const double last = static_cast<double>(density.size() - 1);
    if (position < 0.0 || position > last)
        return 0.0;
    const auto bin = static_cast<std::size_t>(std::min(position, last - 1.0));
    return std::lerp(density[bin], density[bin + 1], position - static_cast<double>(bin)) / step_a;
}

struct curve {
    std::vector<double> phase_ui, ber;
};

/// The statistical law's error ratio over phase, between the extracted phases too.
curve fine_bathtub(const analysis& found) {
    constexpr std::size_t steps = 4, few_bins = 2;
    const auto& receiver = found.receiver;
    std::vector<dsp::statistical_eye> parts;
    for (std::size_t step = 0; step < steps; ++step)
        parts.push_back(dsp::make_statistical_eye(
            receiver.channel,
            later(receiver.channel, found.law->phases(), static_cast<double>(step) / steps),
            receiver.filter, dsp::jitter_of(found.law->lane()), few_bins));
    curve out;
    for (std::size_t p = 0; p < photonics::PHASES * steps; ++p) {
        out.phase_ui.push_back(static_cast<double>(p) / (photonics::PHASES * steps) - 0.5);
        out.ber.push_back(parts[p % steps].ber[p / steps]);
    }
    return out;
}

plot::series line(double x0, double y0, double x1, double y1, bool dashed) {
    plot::series out;
    out.x = {x0, x1};
    out.y = {y0, y1};
    out.dashed = dashed;
    return out;
}

}  // namespace

plot::heat_map eye_picture(const question& asked, const analysis& found) {
    const auto& receiver = found.receiver;
    const auto& phases = found.law->phases();
    const auto jitter = dsp::jitter_of(found.law->lane());
    std::vector<dsp::statistical_eye> eyes;
    for (std::size_t step = 0; step < BETWEEN; ++step)
        eyes.push_back(dsp::make_statistical_eye(
            receiver.channel, later(receiver.channel, phases, static_cast<double>(step) / BETWEEN),
            receiver.filter, jitter, BINS));

    plot::heat_map map;
    map.title = "Statistical eye: " + title_of(asked);
    map.subtitle = fmt::format("{} at the sampling instant; eye {}",
                               ber_text(found.answer.statistical), eye_text(asked, found.answer));
    map.x.label = "phase, unit intervals";
    map.y.label = "equalised photocurrent, uA";
    map.logarithmic_colour = true;
    const std::size_t interval = photonics::PHASES * BETWEEN;
    map.columns = 2 * interval;
    map.rows = BINS;
    map.left = -1.0;
    map.right = 1.0;
    const auto& volts = eyes.front().voltage_a;
    const double step = volts[1] - volts[0];
    map.bottom = (volts.front() - 0.5 * step) * MICRO;
    map.top = (volts.back() + 0.5 * step) * MICRO;
    map.colour_label = fmt::format("probability per {:.2g} nA", step * 1e9);
    map.values.resize(map.columns * map.rows);
    double greatest = 0.0;
    for (std::size_t column = 0; column < map.columns; ++column) {
        // Phase -0.5 of an interval stands a quarter into the picture.
        const std::size_t phase = (column + interval / 2) % interval;
        const auto& eye = eyes[phase % BETWEEN];
        const auto& density = eye.density[phase / BETWEEN];
        for (std::size_t bin = 0; bin < BINS; ++bin) {
            const double value = density_at(eye, density, volts[bin]) * step;
            map.values[bin * map.columns + column] = value;
            greatest = std::max(greatest, value);
        }
    }
    for (double& value : map.values)
        value = std::max(value, LEAST_DENSITY * greatest);
    const eye_size& size = found.answer.eye;
    for (std::size_t eye = 0; eye < size.openings.size(); ++eye) {
        const double threshold = receiver.filter.threshold_a[eye] * MICRO;
        map.lines.push_back(line(-1.0, threshold, 1.0, threshold, true));
        map.markers.push_back({0.0, threshold, fmt::format("threshold {:.2f} uA", threshold)});
        const eye_opening& opening = size.openings[eye];
        if (opening.low_a < opening.high_a)
            map.lines.push_back(
                line(0.0, opening.low_a * MICRO, 0.0, opening.high_a * MICRO, false));
        if (size.width_ui() > 0.0)
            map.lines.push_back(line(size.left_ui, threshold, size.right_ui, threshold, false));
    }
    map.note = fmt::format(
        "Interference, crosstalk of {} lit neighbours, noise and jitter. Dot: sampling instant; "
        "dashed: thresholds; cross: the eye at BER {:g}. Receiver: {} feed-forward taps, {} "
        "feedback taps.",
        asked.neighbours, asked.target_ber, found.law->lane().feed_forward_taps,
        found.law->lane().feedback_taps);
    if (found.law->lane().feedback_taps > 0)
        map.note += " The feedback steps at +-0.5 UI.";
    return map;
}

plot::line_chart bathtub_picture(const question& asked, const analysis& found) {
    const counted_flanks& flanks = found.flanks;
    const curve law = fine_bathtub(found);
    plot::line_chart chart;
    chart.title = "Bathtub: " + title_of(asked);
    chart.subtitle = fmt::format("{} at the main cursor; eye {}",
                                 ber_text(found.answer.statistical), eye_text(asked, found.answer));
    chart.x = {.label = "sampling phase, unit intervals", .minimum = -0.5, .maximum = 0.5};
    const double lowest = std::clamp(*std::ranges::min_element(law.ber), LEAST_BER, 1e-3);
    chart.y = {.label = "bit error ratio",
               .logarithmic = true,
               .minimum = std::pow(10.0, std::floor(std::log10(lowest)) - 1.0),
               .maximum = 1.0};
    plot::series computed{.label = "statistical law, computed", .x = law.phase_ui};
    for (const double ber : law.ber)
        computed.y.push_back(ber >= LEAST_BER ? ber : NAN);
    chart.lines.push_back(computed);
    // Where nobody counted enough: the inside of the eye, or nothing.
    const dsp::phase_gap gap = dsp::gap_of(flanks.points);
    if (!flanks.points.empty()) {
        plot::series counted{.label = "counted waveforms, 95 %", .points = true};
        const auto add = [&](double phase, double ber, double low, double high) {
            counted.x.push_back(phase);
            counted.y.push_back(ber);
            counted.low.push_back(low);
            counted.high.push_back(high);
        };
        for (const dsp::bathtub_point& point : flanks.points) {
            add(point.phase_ui, point.ber, point.low, point.high);
            if (point.phase_ui == gap.left_ui)
                add(point.phase_ui, NAN, NAN, NAN);  // ends the band
        }
        chart.lines.push_back(counted);
    }
    if (flanks.fit) {
        plot::series beyond{.label = "dual-Dirac, extrapolated", .x = law.phase_ui, .dashed = true};
        for (const double phase : law.phase_ui) {
            const dsp::bathtub_point point = flanks.fit->at(phase);
            const bool inside = phase >= gap.left_ui && phase <= gap.right_ui;
            beyond.y.push_back(inside && point.ber >= LEAST_BER ? point.ber : NAN);
        }
        if (std::ranges::any_of(beyond.y, [](double y) { return std::isfinite(y); }))
            chart.lines.push_back(beyond);
    }
    plot::series target{.label = fmt::format("target {:g}", asked.target_ber)};
    target.dashed = true;
    target.x = {-0.5, 0.5};
    target.y = {asked.target_ber, asked.target_ber};
    chart.lines.push_back(target);
    chart.note = fmt::format(
        "Counted: phases with enough errors among {:.3g} bits each, sixteen lanes; {}. Law: "
        "interference, noise and jitter, down to {:g}.",
        static_cast<double>(flanks.bits),
        std::isnan(gap.left_ui) ? "down to the floor, nothing extrapolated"
                                : "dashed where nobody counted",
        LEAST_BER);
    if (const auto& edges = found.answer.eye.flanks)
        chart.note += " Edges, " + flanks_text(asked, *edges) + ".";
    return chart;
}

}  // namespace luxlane::link
