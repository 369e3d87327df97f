#include "platform/link/array_map.h"

#include <algorithm>
#include <cmath>

#include "models/common/random.h"
#include "models/dsp/statistical_eye.h"
#include "models/photonics/extraction.h"
#include "models/transport/lane_channel.h"
#include "models/transport/stream_purpose.h"

namespace luxlane::link {

namespace {

constexpr double DARK_BER = 0.5;

/// Makes each lane the individual of a board's first direction.
void draw_individuals(std::vector<photonics::lane_parameters>& lanes, const array_question& asked) {
    const auto& spread = asked.spread;
    for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
        const auto key = [&](stream_purpose purpose) {
            return stream_key{*asked.seed, lane, purpose_word(purpose, 0)};
        };
        const auto factor = [&](stream_purpose purpose, double sigma) {
            return std::max(0.0, 1.0 + sigma * gaussian(key(purpose), 0));
        };
        auto& each = lanes[lane];
        const bool alive = uniform53(key(stream_purpose::birth), 0) < spread.alive_probability;
        each.drive_factor =
            alive ? factor(stream_purpose::drive_mismatch, spread.drive_relative) : 0.0;
        each.excess_loss_db += spread.coupling_db * gaussian(key(stream_purpose::coupling), 0);
        each.responsivity_factor =
            factor(stream_purpose::responsivity, spread.responsivity_relative);
        each.noise_factor = factor(stream_purpose::amplifier_noise, spread.noise_relative);
    }
}

}  // namespace

array_map map_array(const array_question& asked) {
    const auto grid = lane_grid::of(static_cast<unsigned>(asked.lanes));
    const auto geometry =
        photonics::geometry_of(asked.nominal, asked.lanes, grid.columns, asked.alignment);
    auto lanes = photonics::place(geometry, asked.nominal);
    if (asked.seed)
        draw_individuals(lanes, asked);
    const auto landings = photonics::landings(geometry);
    std::vector<photonics::lane_response> responses(lanes.size());
    std::vector<photonics::phase_response> phases(lanes.size());
    photonics::extract(lanes, responses, phases);
    const auto jitter = dsp::jitter_of(asked.nominal);
    const auto shape = dsp::shape_of(asked.nominal);
    array_map map{grid.columns, {}};
    for (unsigned lane = 0; lane < asked.lanes; ++lane) {
        mapped_lane entry{landings[lane], responses[lane].received_power_w, 0.0, DARK_BER};
        if (is_lit(responses[lane])) {
            const auto made = make_lane_channel(asked.nominal, responses, grid, lane);
            const double swing_a = responses[lane].one_a - responses[lane].zero_a;
            for (std::size_t i = 0; i < made.neighbours.count; ++i) {
                const auto& other = responses[made.neighbours.lane[i]];
                entry.crosstalk += (other.one_a - other.zero_a) / swing_a *
                                   other.crosstalk[lane_grid::opposite(made.neighbours.side[i])];
            }
            const auto filter = dsp::train(made.channel, shape);
            entry.ber = dsp::jittered_error_law(made.channel, phases[lane], filter, jitter).ber;
        }
        map.lanes.push_back(entry);
    }
    return map;
}

double array_map::median_ber() const {
    std::vector<double> all;
    for (const auto& lane : lanes)
        all.push_back(lane.ber);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::nth_element(all.begin(), middle, all.end());
    return *middle;
}

double array_map::worst_ber() const { return std::ranges::max(lanes, {}, &mapped_lane::ber).ber; }

std::size_t array_map::beyond(double limit) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lanes, [=](const auto& lane) { return lane.ber > limit; }));
}

}  // namespace luxlane::link
