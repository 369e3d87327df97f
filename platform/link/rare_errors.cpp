#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/common/normal.h"
#include "models/common/random.h"
#include "models/dsp/equalised_channel.h"
#include "models/dsp/error_propagation.h"
#include "platform/link/bit_source.h"
#include "platform/link/counting.h"

namespace luxlane::link {

namespace {

using dsp::CROSSTALK_RESPONSE_TAPS;
using dsp::MAX_NEIGHBOURS;
using dsp::RESPONSE_MAIN;
using dsp::RESPONSE_TAPS;

/// Values of the symbols that reach one sample, the newest first, and the wanted symbol.
struct pattern {
    std::array<double, RESPONSE_TAPS + 1> own;
    std::array<std::array<double, CROSSTALK_RESPONSE_TAPS>, MAX_NEIGHBOURS> neighbour;
    unsigned wanted;
};

pattern draw(const dsp::sampled_channel& channel, const stream_key& key, std::uint64_t index) {
    // 128 bits are enough for 23 + 4 x 9 symbols of two bits.
    const auto words = random_block(key, index);
    unsigned taken = 0;
    const auto symbol = [&] {
        const unsigned two_bits = words[taken / 16] >> (2 * (taken % 16)) & 3u;
        ++taken;
        return two_bits % channel.levels();
    };
    pattern out{};
    for (std::size_t m = 0; m < out.own.size(); ++m) {
        const unsigned s = symbol();
        out.own[m] = channel.level[s];
        if (m == RESPONSE_MAIN)
            out.wanted = s;
    }
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (double& value : out.neighbour[n])
            value = channel.level[symbol()];
    return out;
}

double respond(const dsp::symbol_response& response, const pattern& symbols,
               std::size_t neighbours) {
    double sum = 0.0;
    for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
        sum += symbols.own[m] * (response.linear[m] + response.pair[m] * symbols.own[m + 1]);
    for (std::size_t n = 0; n < neighbours; ++n)
        for (std::size_t m = 0; m < CROSSTALK_RESPONSE_TAPS; ++m)
            sum += response.crosstalk[n][m] * symbols.neighbour[n][m];
    return sum;
}

/// Wrong bits to expect of a Gaussian sample around `mean` when `wanted` was sent.
double wrong_bits(unsigned wanted, unsigned levels, const std::array<double, 3>& threshold,
                  double mean, double sigma) {
    double bits = 0.0;
    for (unsigned t = 0; t + 1 < levels; ++t) {
        // Beyond threshold t lies another decision than before it.
        const double distance = (threshold[t] - mean) / sigma;
        const bool upwards = t >= wanted;
        const unsigned nearer = upwards ? t : t + 1, further = upwards ? t + 1 : t;
        const double more = static_cast<double>(dsp::gray_distance(wanted, further)) -
                            static_cast<double>(dsp::gray_distance(wanted, nearer));
        bits += more * normal_tail(upwards ? distance : -distance);
    }
    return bits;
}

}  // namespace

ber_estimate sample_symbols(const trained_receiver& receiver, std::uint64_t seed,
                            std::uint64_t symbols) {
    const dsp::sampled_channel& channel = receiver.channel;
    const dsp::equalised_channel equalised = dsp::equalise(channel, channel, receiver.filter);
    std::array<double, 3> threshold = receiver.filter.threshold_a;
    for (double& t : threshold)
        t /= channel.amplitude_a;
    const unsigned levels = channel.levels();
    const double bits_per_symbol = levels == 4 ? 2.0 : 1.0;
    double sum = 0.0, squares = 0.0;
    for (std::uint64_t k = 0; k < symbols; ++k) {
        const pattern one = draw(channel, {seed, 0, rare_patterns}, k);
        const double mean = equalised.constant + respond(equalised.signal, one, channel.neighbours);
        const double variance = equalised.variance_constant[one.wanted] +
                                respond(equalised.variance[one.wanted], one, channel.neighbours);
        const double sigma = std::sqrt(std::max(variance, 1e-300));
        const double wrong =
            wrong_bits(one.wanted, levels, threshold, mean, sigma) / bits_per_symbol;
        sum += wrong;
        squares += wrong * wrong;
    }
    const auto count = static_cast<double>(symbols);
    // Patterns are drawn one by one; errors that follow an error come as a factor.
    const double more = dsp::error_propagation(equalised, channel, receiver.filter).all;
    const double first = sum / count;
    const double ber = more * first;
    const double error = more * std::sqrt(std::max(squares / count - first * first, 0.0) / count);
    constexpr double two_sided_95 = 1.959964;
    ber_estimate out;
    out.ber = ber;
    out.interval = {std::max(ber - two_sided_95 * error, 0.0), ber + two_sided_95 * error};
    out.method = fmt::format(
        "sampled, too rare to count: {} random patterns, the noise of each integrated", symbols);
    return out;
}

}  // namespace luxlane::link
