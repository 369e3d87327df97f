#include <fmt/format.h>

#include "models/dsp/importance_sampling.h"
#include "platform/link/bit_source.h"
#include "platform/link/counting.h"

namespace luxlane::link {

ber_estimate sample_symbols(const trained_receiver& receiver, std::uint64_t seed,
                            std::uint64_t symbols) {
    const auto sampled = dsp::sample_rare_errors(receiver.channel, receiver.filter,
                                                 {seed, 0, rare_patterns}, symbols);
    ber_estimate out;
    out.ber = sampled.ber;
    out.interval = sampled.interval;
    out.method = fmt::format(
        "importance sampling, too rare to count: {} patterns twisted towards errors, the noise of "
        "each integrated",
        sampled.patterns);
    return out;
}

}  // namespace luxlane::link
