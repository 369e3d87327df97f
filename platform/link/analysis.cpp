#include "platform/link/analysis.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/dsp/jitter.h"
#include "models/photonics/lane_response.h"

namespace luxlane::link {

namespace {

/// Errors that a count must be expected to see, else it would say little.
constexpr double LEAST_SYMBOL_ERRORS = 10.0;
constexpr double LEAST_WAVEFORM_ERRORS = 20.0;
/// The `symbol` fidelity takes jitter as small noise; beyond, it would be decades too good.
constexpr double MOST_SYMBOL_JITTER_UI = 0.02;

std::vector<power_stage> budget_of(const photonics::lane_parameters& lane) {
    std::vector<power_stage> stages;
    for (const auto& stage : photonics::link_budget(lane))
        stages.push_back({stage.name, stage.loss_db, stage.lost_w, stage.average_power_w});
    return stages;
}

std::vector<penalty> penalties_of(const question& asked, const lane_law& law,
                                  std::optional<double> margin_db) {
    const auto cost = [&](const lane_law& spared, impairment one) -> std::optional<double> {
        if (!margin_db)
            return std::nullopt;
        try {
            const auto without_db = spared.margin_db(asked.target_ber, one);
            return without_db ? std::optional(*without_db - *margin_db) : std::nullopt;
        } catch (const std::invalid_argument&) {  // no noise at all at the lowest level
            return std::nullopt;
        }
    };
    const auto without = [&](impairment one) { return cost(law, one); };
    const auto changed = [&](double photonics::lane_parameters::*member, double value) {
        photonics::lane_parameters lane = law.lane();
        lane.*member = value;
        return cost(lane_law(lane, law.neighbours()), impairment::none);
    };
    constexpr double narrow_line_m = 0.1e-9;
    using p = photonics::lane_parameters;
    return {{"interference in all, equaliser's noise included", without(impairment::interference)},
            {"of it chromatic dispersion", changed(&p::linewidth_m, narrow_line_m)},
            {"of it modal dispersion", changed(&p::modal_sigma_s_per_m, 0.0)},
            {"crosstalk", without(impairment::crosstalk)},
            {"jitter", without(impairment::jitter)},
            {"extinction, at the same average light", without(impairment::extinction)},
            {"intensity and supply noise", without(impairment::intensity_noise)}};
}

ber_estimate statistical_ber(double ber, bool feedback) {
    ber_estimate out;
    out.ber = ber;
    out.method = "computed: interference, crosstalk, noise and jitter by convolution";
    if (feedback)
        out.method += "; errors that follow an error through the feedback by a Markov chain";
    return out;
}

ber_estimate symbol_ber(const question& asked, const trained_receiver& receiver,
                        const counting_watch& watch) {
    if (dsp::jitter_rms_ui(dsp::jitter_of(asked.lane.lane())) > MOST_SYMBOL_JITTER_UI) {
        ber_estimate out;
        out.method = fmt::format(
            "not feasible: jitter beyond {} UI rms, which one sample a symbol does not follow",
            MOST_SYMBOL_JITTER_UI);
        return out;
    }
    const auto predicted = dsp::symbol_error_law(receiver.channel, receiver.filter).ber;
    const double bits =
        static_cast<double>(asked.symbol_limits.symbols) * asked.lane.lane().bits_per_symbol();
    if (predicted >= dsp::LOWEST_COUNTABLE_BER && predicted * bits >= LEAST_SYMBOL_ERRORS)
        return count_symbols(receiver, asked.seed, asked.symbol_limits, watch);
    return sample_symbols(receiver, asked.seed, asked.rare_symbols);
}

ber_estimate waveform_ber(const question& asked, const lane_law& law,
                          const trained_receiver& receiver, double predicted,
                          const counting_watch& watch) {
    const double bits =
        static_cast<double>(asked.waveform_limits.symbols) * asked.lane.lane().bits_per_symbol();
    ber_estimate out;
    out.method = "not feasible: fewer than 20 errors expected among the symbols allowed";
    if (predicted >= dsp::LOWEST_COUNTABLE_BER && predicted * bits >= LEAST_WAVEFORM_ERRORS) {
        try {
            out = count_waveforms(law, receiver, asked.seed, asked.waveform_limits, watch);
        } catch (const std::out_of_range& error) {  // a lane that remembers too much
            out.method = std::string("not feasible: ") + error.what();
        }
    }
    return out;
}

double total(const std::vector<share>& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0.0,
                           [](double sum, const share& one) { return sum + one.value; });
}

}  // namespace

double link_answer::total_energy_j_per_bit() const { return total(energy_j_per_bit); }
double link_answer::total_latency_s() const { return total(latency_s); }

analysis analyse(const question& asked, const counting_watch& watch) {
    const photonics::lane_parameters& lane = asked.lane.lane();
    const auto law = std::make_shared<const lane_law>(lane, asked.neighbours);
    const trained_receiver receiver = law->train(0.0);
    const photonics::lane_response& response = law->response();
    const double predicted = law->rates(0.0).ber;

    link_answer answer{};
    answer.budget = budget_of(lane);
    answer.bandwidth = bandwidths_of(lane);
    answer.noise = noise_of(*law);
    answer.margin_db = law->margin_db(asked.target_ber);
    answer.penalties = penalties_of(asked, *law, answer.margin_db);
    answer.received_w = response.received_power_w;
    if (answer.margin_db)
        answer.sensitivity_w = answer.received_w * std::pow(10.0, -*answer.margin_db / 10.0);
    answer.modulation_a = response.one_a - response.zero_a;
    answer.extinction_ratio = response.one_a / response.zero_a;
    answer.average_current_a = response.average_current_a;
    answer.forward_voltage_v = response.forward_voltage_v;
    answer.statistical = statistical_ber(predicted, lane.feedback_taps > 0.0);
    answer.symbol = symbol_ber(asked, receiver, watch);
    answer.waveform = waveform_ber(asked, *law, receiver, predicted, watch);
    answer.forward_taps = receiver.filter.forward;
    const auto feedback = static_cast<std::size_t>(lane.feedback_taps);
    for (std::size_t i = 0; i < feedback; ++i)
        answer.feedback_taps.push_back(receiver.filter.feedback_a[i] /
                                       receiver.channel.amplitude_a);
    answer.eye = eye_of(*law, receiver, asked.target_ber);
    answer.energy_j_per_bit = energy_of(asked, *law);
    answer.latency_s = latency_of(asked, *law);
    if (asked.payload)
        answer.fec =
            fec_figures_of(*asked.payload, predicted,
                           static_cast<unsigned>(asked.lane.from().module.data_lanes.value));
    return {std::move(answer), law, receiver};
}

}  // namespace luxlane::link
