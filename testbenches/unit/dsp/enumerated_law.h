#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "models/dsp/error_rates.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// Error rates by summing over every pattern of the symbols that reach the decision, straight from
/// the formula in sampled_channel.h. Few non-zero taps only: the patterns are all visited.
class enumerated_law {
public:
    enumerated_law(const sampled_channel& channel, const receive_filter& filter)
        : channel_(channel), filter_(filter) {
        // Lane 0 is the own one; place p is symbol k + 10 - p.
        for (std::size_t lane = 0; lane <= channel.neighbours; ++lane)
            for (int place = 0; place < PLACES; ++place)
                if (matters(lane, place) && !(lane == 0 && place == WANTED))
                    used_.push_back({lane, place});
    }

    error_rates rates() {
        const unsigned levels = channel_.levels();
        std::uint64_t patterns = 1;
        for (std::size_t i = 0; i < used_.size(); ++i)
            patterns *= levels;
        double wrong_bits = 0.0;
        double error[4] = {};
        for (unsigned s = 0; s < levels; ++s) {
            value_[0][WANTED] = channel_.level[s];
            for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
                std::uint64_t rest = pattern;
                for (const auto& [lane, place] : used_) {
                    value_[lane][place] = channel_.level[rest % levels];
                    rest /= levels;
                }
                const auto [mean, sigma] = decision();
                for (unsigned d = 0; d < levels; ++d) {
                    if (d == s)
                        continue;
                    const double p = probability(d, mean, sigma);
                    error[s] += p / static_cast<double>(patterns);
                    wrong_bits += p * bits(s, d) / static_cast<double>(patterns);
                }
            }
        }
        if (levels == 2)
            return {0.5 * (error[0] + error[1]), error[1], error[0]};
        const double ber = wrong_bits / 8.0;
        return {ber, ber, ber};
    }

private:
    static constexpr int PLACES = 26;
    static constexpr int WANTED = 10;
    static constexpr unsigned GRAY[4] = {0b00, 0b01, 0b11, 0b10};

    struct symbol {
        std::size_t lane;
        int place;
    };
    struct gaussian_sample {
        double mean, sigma;
    };

    double at(std::size_t lane, int symbol) const {
        const int place = WANTED - symbol;
        return place < 0 || place >= PLACES ? 0.0 : value_[lane][place];
    }

    /// L[k + d].
    double light(int d) const {
        double sum = 0.0;
        for (int j = 0; j < PULSE_TAPS; ++j) {
            const auto tap = static_cast<std::size_t>(j);
            const double own = at(0, d + 6 - j);
            sum += channel_.pulse[tap] * own + channel_.pair[tap] * own * at(0, d + 5 - j);
        }
        for (std::size_t n = 0; n < channel_.neighbours; ++n)
            for (int i = 0; i < 5; ++i)
                sum += channel_.crosstalk[n][static_cast<std::size_t>(i)] * at(n + 1, d + 2 - i);
        return sum;
    }

    gaussian_sample decision() const {
        double mean = 0.0;
        double sigma[5];
        for (int i = 0; i < 5; ++i) {
            const double l = light(2 - i);
            mean += filter_.forward[static_cast<std::size_t>(i)] *
                    (channel_.offset_a + channel_.amplitude_a * l);
            sigma[i] = channel_.amplitude_a *
                       std::sqrt(channel_.variance_zero + channel_.variance_slope * l);
        }
        for (int i = 0; i < 5; ++i)
            mean -= filter_.feedback_a[static_cast<std::size_t>(i)] * at(0, -1 - i);
        double variance = 0.0;
        for (int i = 0; i < 5; ++i)
            for (int j = 0; j < 5; ++j) {
                const auto lag = static_cast<std::size_t>(std::abs(i - j));
                const double rho = lag == 0 ? 1.0 : channel_.noise_correlation[lag - 1];
                variance += rho * sigma[i] * sigma[j] *
                            filter_.forward[static_cast<std::size_t>(i)] *
                            filter_.forward[static_cast<std::size_t>(j)];
            }
        return {mean, std::sqrt(variance)};
    }

    static double upper_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

    /// Probability of deciding d: between two thresholds, from the side where nothing cancels.
    double probability(unsigned d, double mean, double sigma) const {
        const unsigned last = channel_.levels() - 1;
        const auto scaled = [&](unsigned t) { return (filter_.threshold_a[t] - mean) / sigma; };
        const double low = d == 0 ? -INFINITY : scaled(d - 1);
        const double high = d == last ? INFINITY : scaled(d);
        return low > 0.0 ? upper_tail(low) - upper_tail(high)
                         : upper_tail(-high) - upper_tail(-low);
    }

    static double bits(unsigned a, unsigned b) {
        const unsigned differ = GRAY[a] ^ GRAY[b];
        return (differ & 1) + (differ >> 1);
    }

    bool matters(std::size_t lane, int place) const {
        const int symbol = WANTED - place;
        for (int i = 0; i < 5; ++i) {
            const auto tap = static_cast<std::size_t>(i);
            if (lane == 0 && filter_.feedback_a[tap] != 0.0 && symbol == -1 - i)
                return true;
            if (filter_.forward[tap] == 0.0)
                continue;
            const int d = 2 - i;
            if (lane > 0) {
                const int x = d + 2 - symbol;
                if (x >= 0 && x < 5 &&
                    channel_.crosstalk[lane - 1][static_cast<std::size_t>(x)] != 0.0)
                    return true;
                continue;
            }
            const int j = d + 6 - symbol;
            if (j >= 0 && j < PULSE_TAPS &&
                (channel_.pulse[static_cast<std::size_t>(j)] != 0.0 ||
                 channel_.pair[static_cast<std::size_t>(j)] != 0.0))
                return true;
            const int older = d + 5 - symbol;
            if (older >= 0 && older < PULSE_TAPS &&
                channel_.pair[static_cast<std::size_t>(older)] != 0.0)
                return true;
        }
        return false;
    }

    sampled_channel channel_;
    receive_filter filter_;
    std::vector<symbol> used_;
    double value_[1 + MAX_NEIGHBOURS][PLACES] = {};
};

}  // namespace luxlane::dsp
