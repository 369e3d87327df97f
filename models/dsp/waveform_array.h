#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/common/random.h"
#include "models/photonics/lane_parameters.h"

namespace luxlane::dsp {

/// Who shines into a lane: other lanes of the array, by what part of their light (photocurrent).
struct crosstalk_source {
    std::uint32_t lane;
    double fraction;
};

/// The `waveform` fidelity of an array of lanes: non-linear emitters solved in time, crosstalk of
/// light, linear chain, noise; `SAMPLES` samples a symbol.
class waveform_array {
public:
    static constexpr unsigned SAMPLES = 16;
    static constexpr std::size_t MARGIN = 2;  ///< symbols rendered on either side of a block

    /// `lanes` of one symbol rate and format; `sources` is [lane]; `noise` is [lane], the streams
    /// of the samples' noise.
    waveform_array(std::span<const photonics::lane_parameters> lanes,
                   std::span<const std::vector<crosstalk_source>> sources,
                   std::span<const stream_key> noise);

    /// Photocurrents of one block of n symbols, A, referred to the amplifier's input, noise
    /// included. `symbols` is [lane][n + 2 * CONTEXT] values 0 .. 3 (NRZ: 0, 1) with CONTEXT
    /// symbols of history and of lookahead; `samples` is [lane][(n + 2 * MARGIN) * SAMPLES] from
    /// two symbols before the block; sample s of symbol k is the instant (s + 1) / 16 symbols after
    /// the symbol's start would have arrived, without the lanes' skew. Noise belongs to
    /// `first_symbol` + k, so that blocks may be cut anywhere; samples agree to single precision
    /// however blocks are cut.
    static constexpr std::size_t CONTEXT = 64;
    void render(std::span<const std::uint8_t> symbols, std::uint64_t first_symbol,
                std::span<float> samples);

    /// The same without noise.
    void render_clean(std::span<const std::uint8_t> symbols, std::span<float> samples);

private:
    // The owner of this file decides.
};

}  // namespace luxlane::dsp
