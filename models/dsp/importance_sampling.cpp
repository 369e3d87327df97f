#include "models/dsp/importance_sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "models/common/normal.h"
#include "models/dsp/equalised_channel.h"
#include "models/dsp/error_propagation.h"

namespace luxlane::dsp {

namespace {

constexpr std::size_t MAX_SYMBOLS = RESPONSE_TAPS + 1 + MAX_NEIGHBOURS * CROSSTALK_RESPONSE_TAPS;

/// Values of the symbols that reach one decision: the own ones, newest first, then each
/// neighbour's.
using pattern = std::array<double, MAX_SYMBOLS>;

double respond(const symbol_response& response, const pattern& value, std::size_t neighbours) {
    double sum = 0.0;
    for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
        sum += value[m] * (response.linear[m] + response.pair[m] * value[m + 1]);
    std::size_t place = RESPONSE_TAPS + 1;
    for (std::size_t n = 0; n < neighbours; ++n)
        for (const double tap : response.crosstalk[n])
            sum += tap * value[place++];
    return sum;
}

/// What each symbol moves, the others at their means and the wanted one at `wanted`.
pattern straighten(const symbol_response& response, const sampled_channel& channel, double wanted) {
    const double mean = channel.level_mean();
    const auto at = [&](std::size_t m) { return m == RESPONSE_MAIN ? wanted : mean; };
    pattern out{};
    for (std::size_t m = 0; m < RESPONSE_TAPS; ++m) {
        out[m] += response.linear[m] + response.pair[m] * at(m + 1);
        out[m + 1] += response.pair[m] * at(m);
    }
    std::size_t place = RESPONSE_TAPS + 1;
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (const double tap : response.crosstalk[n])
            out[place++] = tap;
    return out;
}

/// Probabilities of a symbol's values, twisted by exp(`tilt` value).
struct twisted_symbol {
    std::array<double, 4> probability{};
    double mean = 0.0;

    twisted_symbol(const sampled_channel& channel, double tilt) {
        const unsigned levels = channel.levels();
        const double top = std::max(tilt * channel.level[0], tilt * channel.level[levels - 1]);
        double sum = 0.0;
        for (unsigned l = 0; l < levels; ++l) {
            probability[l] = portable_exp(std::min(tilt * channel.level[l] - top, 0.0));
            sum += probability[l];
        }
        for (unsigned l = 0; l < levels; ++l) {
            probability[l] /= sum;
            mean += probability[l] * channel.level[l];
        }
    }
};

/// The crossings of all thresholds above, or all below, one sent symbol.
class stratum {
public:
    stratum(const sampled_channel& channel, const equalised_channel& equalised,
            const std::array<double, 3>& threshold, unsigned sent, bool upwards)
        : channel_(channel),
          equalised_(equalised),
          threshold_(threshold),
          sent_(sent),
          upwards_(upwards),
          symbols_(RESPONSE_TAPS + 1 + channel.neighbours * CROSSTALK_RESPONSE_TAPS) {
        const double wanted = channel.level[sent];
        pattern effect = straighten(equalised.signal, channel, wanted);
        effect[RESPONSE_MAIN] = 0.0;
        const double side = upwards ? 1.0 : -1.0;
        const double mean = equalised.constant + moments(equalised.signal, channel, wanted).mean;
        const double distance = side * (threshold[upwards ? sent : sent - 1] - mean);
        const double variance = equalised.variance_constant[sent] +
                                moments(equalised.variance[sent], channel, wanted).mean;
        for (double& e : effect)
            e *= side;
        const double twist = saddle_point(effect, distance, variance);
        for (std::size_t m = 0; m < symbols_; ++m)
            twisted_.emplace_back(channel, twist * effect[m]);
    }

    /// Wrong bits to expect of one pattern, times its likelihood ratio.
    double draw(const stream_key& stream, std::uint64_t index) const {
        constexpr std::uint64_t blocks = (MAX_SYMBOLS + 3) / 4;
        const double even = 1.0 / channel_.levels();
        pattern value{};
        double weight = 1.0;
        std::array<std::uint32_t, 4> words{};
        for (std::size_t m = 0; m < symbols_; ++m) {
            if (m % 4 == 0)
                words = random_block(stream, index * blocks + m / 4);
            if (m == RESPONSE_MAIN) {
                value[m] = channel_.level[sent_];
                continue;
            }
            const auto& probability = twisted_[m].probability;
            double rest = (static_cast<double>(words[m % 4]) + 0.5) * 0x1p-32;
            unsigned l = 0;
            while (l + 1 < channel_.levels() && rest > probability[l])
                rest -= probability[l++];
            value[m] = channel_.level[l];
            weight *= even / probability[l];
        }
        return weight * wrong_bits(value);
    }

private:
    /// The twist under which the signal's mean, noise included, is at the threshold.
    double saddle_point(const pattern& effect, double distance, double variance) const {
        if (!(distance > 0.0))
            return 0.0;
        const double mean = channel_.level_mean();
        const auto moved = [&](double twist) {
            double sum = twist * variance;
            for (std::size_t m = 0; m < symbols_; ++m)
                if (effect[m] != 0.0)
                    sum += effect[m] * (twisted_symbol(channel_, twist * effect[m]).mean - mean);
            return sum;
        };
        double low = 0.0, high = distance / std::max(variance, 1e-6 * distance * distance);
        constexpr double accuracy = 1e-3;
        while (high - low > accuracy * high) {
            const double middle = 0.5 * (low + high);
            (moved(middle) < distance ? low : high) = middle;
        }
        return low;
    }

    double wrong_bits(const pattern& value) const {
        const double mean =
            equalised_.constant + respond(equalised_.signal, value, channel_.neighbours);
        const double variance = equalised_.variance_constant[sent_] +
                                respond(equalised_.variance[sent_], value, channel_.neighbours);
        const double sigma = std::sqrt(std::max(variance, 1e-300));
        double bits = 0.0;
        const unsigned first = upwards_ ? sent_ : 0;
        const unsigned end = upwards_ ? channel_.levels() - 1 : sent_;
        for (unsigned t = first; t < end; ++t) {
            // Beyond threshold t lies another decision than before it.
            const unsigned nearer = upwards_ ? t : t + 1, further = upwards_ ? t + 1 : t;
            const double more = static_cast<double>(gray_distance(sent_, further)) -
                                static_cast<double>(gray_distance(sent_, nearer));
            const double distance = (threshold_[t] - mean) / sigma;
            bits += more * normal_tail(upwards_ ? distance : -distance);
        }
        return bits;
    }

    const sampled_channel& channel_;
    const equalised_channel& equalised_;
    const std::array<double, 3>& threshold_;
    unsigned sent_;
    bool upwards_;
    std::size_t symbols_;
    std::vector<twisted_symbol> twisted_;
};

}  // namespace

sampled_ber sample_rare_errors(const sampled_channel& channel, const receive_filter& filter,
                               const stream_key& stream, std::uint64_t patterns,
                               double confidence) {
    const double two_sided = normal_quantile(0.5 + 0.5 * confidence);
    const equalised_channel equalised = equalise(channel, channel, filter);
    const unsigned levels = channel.levels();
    std::array<double, 3> threshold = filter.threshold_a;
    for (double& t : threshold)
        t /= channel.amplitude_a;
    std::sort(threshold.begin(), threshold.begin() + levels - 1);
    const std::uint64_t strata = 2 * (levels - 1);
    const std::uint64_t each = std::max<std::uint64_t>(patterns / strata, 2);
    const auto count = static_cast<double>(each);
    double ber = 0.0, variance = 0.0;
    std::uint64_t position = 0;
    for (unsigned sent = 0; sent < levels; ++sent)
        for (const bool upwards : {false, true}) {
            if (upwards ? sent + 1 == levels : sent == 0)
                continue;
            const stratum one(channel, equalised, threshold, sent, upwards);
            double sum = 0.0, squares = 0.0;
            for (std::uint64_t k = 0; k < each; ++k) {
                const double bits = one.draw(stream, position++);
                sum += bits;
                squares += bits * bits;
            }
            const double mean = sum / count;
            ber += mean;
            variance += std::max(squares / count - mean * mean, 0.0) / (count - 1.0);
        }
    const double share =
        error_propagation(equalised, channel, filter).all / (levels * (levels == 4 ? 2.0 : 1.0));
    ber *= share;
    const double reach = two_sided * share * std::sqrt(variance);
    return {ber, {std::max(ber - reach, 0.0), ber + reach}, each * strata};
}

}  // namespace luxlane::dsp
