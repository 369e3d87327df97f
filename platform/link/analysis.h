#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/dsp/bathtub.h"
#include "platform/link/counting.h"
#include "platform/link/fec_figures.h"
#include "platform/link/parameters.h"

namespace luxlane::link {

/// What is asked about a link.
struct question {
    described_lane lane;
    std::size_t neighbours = 4;  ///< lit ones
    double target_ber = 2e-4;    ///< MOSAIC's bar before FEC (802.3ck)
    std::uint64_t seed = 1;
    std::optional<wide_link::payload_format> payload = {};  ///< of a link with error correction
    counting_limits symbol_limits = {std::uint64_t{1} << 24, 1000};
    counting_limits waveform_limits = {std::uint64_t{1} << 20, 1000};
    std::uint64_t rare_symbols = std::uint64_t{1} << 17;
};

/// Light after one stage.
struct power_stage {
    std::string_view name;
    double loss_db;
    double lost_w;
    double power_w;  ///< average, after this stage
};

/// -3 dB points of one stage; nothing where it passes everything.
struct bandwidth_stage {
    std::string_view name;
    std::optional<double> electrical_hz;  ///< photocurrent falls to 1/sqrt 2
    std::optional<double> optical_hz;     ///< light falls to 1/2
};

/// One origin of noise at the sampler, referred to the amplifier's input.
struct noise_origin {
    std::string_view name;
    double at_one_a, at_zero_a;  ///< rms at the highest and the lowest level
};

/// What an impairment costs: light that would be spared if only it were gone.
struct penalty {
    std::string_view name;
    std::optional<double> loss_db;  ///< nothing where the target is out of reach with or without
};

/// A part of a sum with a note on where it comes from.
struct share {
    std::string name;
    double value;
    std::string source;
};

/// One eye between two levels: where their tails reach the target BER. Closed: low above high.
struct eye_opening {
    double low_a, high_a;
};

/// Dual-Dirac figures of a bathtub's flanks, UI. Noise over their slope counts as jitter.
struct flank_fit {
    std::string_view from;  ///< whose bathtub
    dsp::estimate deterministic_ui, random_ui;
    dsp::estimate total_ui;  ///< at the target BER
    bool extrapolated;       ///< the target lies below all that was fitted
};

struct eye_size {
    std::vector<eye_opening> openings;  ///< from below; one, PAM4 three
    double height_fraction;           ///< of the worst, over the levels' distance; may be negative
    double left_ui, right_ui;         ///< where the bathtub passes the target BER, 0 when closed
    std::optional<flank_fit> flanks;  ///< nothing where they cannot be told from the floor

    double height_a() const;  ///< of the worst
    double width_ui() const { return right_ui - left_ui; }
};

/// Everything `luxlane link` tells. Power in W, currents in A at the amplifier's input.
struct link_answer {
    std::vector<power_stage> budget;
    std::vector<bandwidth_stage> bandwidth;
    std::vector<noise_origin> noise;
    std::vector<penalty> penalties;
    std::optional<double> margin_db;
    double received_w;                    ///< average light on the photodiode
    std::optional<double> sensitivity_w;  ///< of it, at the target BER
    double modulation_a;                  ///< photocurrent swing of long runs
    double extinction_ratio;              ///< of the light
    double average_current_a, forward_voltage_v;
    ber_estimate statistical, symbol, waveform;
    std::array<double, dsp::FORWARD_TAPS> forward_taps;
    std::vector<double> feedback_taps;  ///< over the swing
    eye_size eye;
    std::vector<share> energy_j_per_bit;
    std::vector<share> latency_s;
    std::optional<fec_figures> fec;  ///< of `question::payload`

    double total_energy_j_per_bit() const;
    double total_latency_s() const;
};

/// Errors counted over the sampling phase.
struct counted_flanks {
    std::uint64_t bits = 0;                  ///< at each phase
    std::vector<dsp::bathtub_point> points;  ///< those with enough errors
    std::optional<dsp::dual_dirac> fit;
};

/// An answer with what pictures of it need.
struct analysis {
    link_answer answer;
    std::shared_ptr<const lane_law> law;
    trained_receiver receiver;
    counted_flanks flanks = {};  ///< empty before `count_flanks`
};

/// Answers; deterministic for one question unless `watch` stops a count. std::out_of_range as
/// photonics::check.
analysis analyse(const question& asked, const counting_watch& watch = {});

/// Counts the bathtub's flanks among waveforms of `symbols` symbols; the answer's dual-Dirac
/// figures then come from the count, if it has flanks enough.
void count_flanks(const question& asked, std::uint64_t symbols, analysis& found);

/// Parts of the answer, for tests and reuse.
std::vector<bandwidth_stage> bandwidths_of(const photonics::lane_parameters& lane);
std::vector<noise_origin> noise_of(const lane_law& law);
std::vector<share> energy_of(const question& asked, const lane_law& law);
std::vector<share> latency_of(const question& asked, const lane_law& law);
eye_size eye_of(const lane_law& law, const trained_receiver& receiver, double target_ber);

}  // namespace luxlane::link
