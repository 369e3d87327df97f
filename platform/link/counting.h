#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/dsp/error_counter.h"
#include "platform/link/lane_law.h"

namespace luxlane::link {

/// When counting stops: whichever comes first. Numbers of symbols, not times, so that the same
/// question has the same answer.
struct counting_limits {
    std::uint64_t symbols;
    std::uint64_t errors;  ///< 0: no such limit
};

/// Lets the user follow a long count and end it; what was counted until then stands.
struct counting_watch {
    std::function<void(std::string_view fidelity, std::uint64_t bits, std::uint64_t errors)>
        progress = {};
    const std::atomic<bool>* stop = nullptr;
};

/// A bit error ratio and how it was found.
struct ber_estimate {
    std::optional<double> ber;
    std::optional<dsp::error_interval> interval;  ///< 95 % confidence
    std::string method;                           ///< also why there is none
    std::uint64_t bits = 0, errors = 0;
    bool interrupted = false;
};

/// Counts blocks that `next` delivers, each of `bits_per_symbol` bits a symbol.
ber_estimate count(std::string_view fidelity, unsigned bits_per_symbol,
                   const counting_limits& limits, const counting_watch& watch,
                   const std::function<dsp::block_count()>& next);

/// Counts errors of the `symbol` fidelity behind `receiver`; `neighbours` are those of its channel.
ber_estimate count_symbols(const trained_receiver& receiver, std::uint64_t seed,
                           const counting_limits& limits, const counting_watch& watch);

/// The same fidelity where errors are too rare to be counted, by importance sampling over about
/// `symbols` patterns (`dsp::sample_rare_errors`).
ber_estimate sample_symbols(const trained_receiver& receiver, std::uint64_t seed,
                            std::uint64_t symbols);

/// Counts errors of the `waveform` fidelity: sixteen lanes of this kind on a torus of four by four,
/// each lit by its neighbours, sampled by a jittering clock into `receiver`.
ber_estimate count_waveforms(const lane_law& law, const trained_receiver& receiver,
                             std::uint64_t seed, const counting_limits& limits,
                             const counting_watch& watch);

/// Errors counted at one sampling phase.
struct phase_count {
    double phase_ui;  ///< from the main cursor
    dsp::error_counter counter;
};

/// Waveforms of `symbols` symbols, sampled at 32 phases of a symbol: the bathtub as hardware would
/// count it.
std::vector<phase_count> count_phases(const lane_law& law, const trained_receiver& receiver,
                                      std::uint64_t seed, std::uint64_t symbols);

}  // namespace luxlane::link
