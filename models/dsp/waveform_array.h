#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/common/random.h"
#include "models/photonics/extraction.h"
#include "models/photonics/lane_parameters.h"
#include "models/photonics/led_bank.h"

namespace luxlane::dsp {

/// Who shines into a lane: other lanes of the array, by what part of their light (photocurrent).
struct crosstalk_source {
    std::uint32_t lane;
    double fraction;
};

/// The `waveform` fidelity of an array of lanes: non-linear emitters solved in time, crosstalk of
/// light, linear chain, noise; `SAMPLES` samples a symbol.
/// Modelled: everything of `lane_parameters` up to the sampler. Not modelled: the spectra of supply
/// noise and of the offset loop, whose variances have the colour of the amplifier's noise;
/// neighbours keep the array's timing, without the lanes' skew.
class waveform_array {
public:
    static constexpr unsigned SAMPLES = photonics::PHASES;
    static constexpr std::size_t MARGIN = 3;    ///< symbols rendered on either side of a block
    static constexpr std::size_t CONTEXT = 64;  ///< symbols known on either side of a block

    /// `lanes` of one symbol rate and format; `sources` is [lane]; `noise` is [lane], the streams
    /// of the samples' noise. Other shapes, or sources beyond the array: std::invalid_argument. A
    /// lane that remembers more than about CONTEXT symbols: std::out_of_range. Throws as `extract`.
    waveform_array(std::span<const photonics::lane_parameters> lanes,
                   std::span<const std::vector<crosstalk_source>> sources,
                   std::span<const stream_key> noise);

    /// Photocurrents of one block of n symbols, A, referred to the amplifier's input, noise
    /// included. `symbols` is [lane][n + 2 CONTEXT] values 0 .. 3 (NRZ: 0, 1) with CONTEXT symbols
    /// of history and of lookahead; `samples` is [lane][(n + 2 MARGIN) SAMPLES] from MARGIN symbols
    /// before the block. Sample p of a symbol is that of `phase_response`: p / 16 symbols from half
    /// a symbol before the main cursor of the lane's `lane_response`. Noise belongs to
    /// `first_symbol` + k, so that blocks may be cut anywhere; samples agree to single precision
    /// however blocks are cut. Other shapes or symbols: std::invalid_argument.
    void render(std::span<const std::uint8_t> symbols, std::uint64_t first_symbol,
                std::span<float> samples);

    /// The same without noise.
    void render_clean(std::span<const std::uint8_t> symbols, std::span<float> samples);

    std::size_t lanes() const { return lanes_.size(); }
    /// What the statistical fidelities know of the same lanes.
    const photonics::lane_response& response(std::size_t lane) const { return responses_[lane]; }

private:
    /// Taps, newest first, and how many samples behind (or, negative, ahead of) its input the first
    /// of them stands.
    struct filter_taps {
        std::vector<float> taps;
        std::ptrdiff_t delay = 0;
    };
    struct lane_state {
        photonics::lane_parameters parameters;
        std::size_t filters;      ///< index
        std::ptrdiff_t start;     ///< of a symbol's sample 0, samples behind its light's first
        float current_per_light;  ///< A/W
        std::array<float, 3> variance_a2;  ///< of noise, polynomial in the photocurrent
        stream_key noise;
        std::vector<crosstalk_source> sources;
    };
    struct filter_pair {
        filter_taps signal, noise;
    };

    void find_filters(std::span<const photonics::lane_parameters> lanes);
    void find_reach();
    void check_block(std::span<const std::uint8_t> symbols, std::size_t samples) const;
    template <typename Receive>
    void propagate(std::span<const std::uint8_t> symbols, std::size_t block_samples,
                   Receive receive);
    void emit(std::span<const std::uint8_t> symbols, std::ptrdiff_t first, std::size_t count);
    void mix(std::size_t rows);
    void add_noise(const lane_state& lane, std::uint64_t first_position, std::span<float> samples);

    std::array<float, 4> value_{};  // of symbols 0 .. 3
    std::uint8_t highest_ = 1;
    std::vector<photonics::lane_response> responses_;
    std::vector<lane_state> lanes_;
    std::vector<filter_pair> filters_;
    std::vector<photonics::led_bank> banks_;
    std::ptrdiff_t oldest_ = 0, newest_ = 0;    // samples of light that sample 0 needs, of any lane
    std::ptrdiff_t lead_in_ = 0;                // symbols that emitters need to forget their start
    std::size_t stride_ = 0;                    // of the rows of the buffers below
    std::vector<float> light_;                  // [lane][stride], A
    std::vector<float> mixed_;                  // [lane][stride], A
    std::vector<float> white_, coloured_;       // of one lane
    std::vector<float> values_, own_currents_;  // of one lane
    std::vector<float> currents_, rows_;        // of one bank
};

/// Samples of one lane, as `waveform_array` renders them, at its symbols' instants: `out` is [n +
/// 4] from two symbols before the block. `phase_ui` -0.5 .. 0.5 from the main cursor;
/// `displacement_ui` is [n + 4], what jitter moves each instant, or empty, and ends at one symbol
/// from the main cursor. Linear between samples. Other shapes or phases: std::invalid_argument.
void decimate(std::span<const float> samples, double phase_ui,
              std::span<const float> displacement_ui, std::span<float> out);

}  // namespace luxlane::dsp
