#include "platform/link/counting.h"

#include <fmt/format.h>

namespace luxlane::link {

ber_estimate count(std::string_view fidelity, unsigned bits_per_symbol,
                   const counting_limits& limits, const counting_watch& watch,
                   const std::function<dsp::block_count()>& next) {
    std::uint64_t bits = 0, errors = 0;
    const dsp::stop_rules rules = {.target_errors = limits.errors,
                                   .maximum_bits = limits.symbols * bits_per_symbol};
    const auto followed = [&]() -> std::optional<dsp::block_count> {
        if (bits > 0 && watch.stop != nullptr && *watch.stop)
            return std::nullopt;
        const dsp::block_count block = next();
        bits += block.bits;
        errors += block.errors;
        if (watch.progress)
            watch.progress(fidelity, bits, errors);
        return block;
    };
    const dsp::counted_ber counted = dsp::count_until(rules, followed);
    ber_estimate out;
    if (counted.errors > 0)
        out.ber = counted.ber;
    out.interval = {counted.low, counted.high};
    out.bits = counted.bits;
    out.errors = counted.errors;
    out.interrupted = counted.reason == dsp::stop_reason::interrupted;
    out.method = fmt::format("counted: {} errors in {:.3g} bits, ended by {}", counted.errors,
                             static_cast<double>(counted.bits), dsp::to_string(counted.reason));
    return out;
}

}  // namespace luxlane::link
