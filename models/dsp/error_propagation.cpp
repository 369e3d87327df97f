#include "models/dsp/error_propagation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/common/normal.h"

namespace luxlane::dsp {

namespace {

/// States times ways into and out of them: what a step costs.
constexpr std::size_t MAX_BRANCHES = 4096;
/// Samples whose noise an error tells something about.
constexpr std::size_t LAGS = 2;
/// Relative change of the error rate between steps at which the chain counts as stationary.
constexpr double SETTLED = 1e-3;
constexpr unsigned MAX_STEPS = 200;
/// States not worth following have, all together, this part of the errors.
constexpr double NEGLIGIBLE = 1e-2;

/// Mean and variance of a sample's noise over its unconditional standard deviation.
struct noise_belief {
    double mean = 0.0, variance = 1.0;
};

/// What is believed of the noise of the last samples, the latest first: jointly Gaussian.
struct joint_belief {
    std::array<double, LAGS> mean{};
    std::array<std::array<double, LAGS>, LAGS> covariance{};
};

/// Probability of one state, and over all ways into it the moments of the noise.
struct state {
    double mass = 0.0;
    std::array<double, LAGS> first{};
    std::array<std::array<double, LAGS>, LAGS> second{};

    joint_belief belief() const {
        joint_belief out;
        for (std::size_t i = 0; i < LAGS; ++i)
            out.mean[i] = first[i] / mass;
        for (std::size_t i = 0; i < LAGS; ++i)
            for (std::size_t j = 0; j < LAGS; ++j)
                out.covariance[i][j] = second[i][j] / mass - out.mean[i] * out.mean[j];
        return out;
    }
    void add(double probability, const joint_belief& noise) {
        mass += probability;
        for (std::size_t i = 0; i < LAGS; ++i) {
            first[i] += probability * noise.mean[i];
            for (std::size_t j = 0; j < LAGS; ++j)
                second[i][j] +=
                    probability * (noise.covariance[i][j] + noise.mean[i] * noise.mean[j]);
        }
    }
};

/// phi(x) / Q(x) for the given Q(x), and its asymptote where both vanish.
double hazard(double x, double tail) {
    constexpr double far = 30.0;
    if (x > far)
        return x + 1.0 / x;
    const double magnitude = std::abs(x);
    return 0.3989422804014327 * portable_exp(-0.5 * magnitude * magnitude) / tail;
}

/// A signal beyond a threshold: how likely, and the noise if so.
struct crossing {
    double probability;
    noise_belief noise;
};

/// `distance` upwards from the mean to the threshold; the signal deviates by `sigma` n, n as
/// believed, and by another Gaussian of variance `rest`.
crossing cross(double distance, double sigma, const noise_belief& prior, double rest) {
    const double part = sigma * prior.variance;
    const double total = std::sqrt(std::max(sigma * part + rest, 1e-300));
    const double x = (distance - sigma * prior.mean) / total;
    const double tail = normal_tail(x);
    const double h = hazard(x, tail);
    const double gain = part / total;
    return {tail,
            {prior.mean + gain * h,
             std::max(prior.variance - gain * gain * std::max(h * (h - x), 0.0), 0.0)}};
}

/// How the noise of successive samples hangs together behind the filter.
class noise_memory {
public:
    noise_memory(const sampled_channel& channel, const receive_filter& filter) {
        std::array<double, LAGS + 1> covariance{};
        for (std::size_t lag = 0; lag <= LAGS; ++lag)
            for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
                for (std::size_t j = 0; j < FORWARD_TAPS; ++j)
                    covariance[lag] +=
                        filter.forward[i] * filter.forward[j] * correlation(channel, lag + j, i);
        correlation_[0] = 1.0;
        if (!(covariance[0] > 0.0))
            return;
        for (std::size_t lag = 1; lag <= LAGS; ++lag)
            correlation_[lag] = covariance[lag] / covariance[0];
        // Levinson's recursion.
        constexpr double most = 0.999;
        for (std::size_t lag = 0; lag < LAGS; ++lag) {
            double partial = correlation_[lag + 1];
            for (std::size_t i = 0; i < lag; ++i)
                partial -= weight_[i] * correlation_[lag - i];
            partial = std::clamp(partial / innovation_, -most, most);
            const auto shorter = weight_;
            for (std::size_t i = 0; i < lag; ++i)
                weight_[i] -= partial * shorter[lag - 1 - i];
            weight_[lag] = partial;
            innovation_ *= 1.0 - partial * partial;
        }
    }

    /// Before anything was decided.
    joint_belief unconditional() const {
        joint_belief out;
        for (std::size_t i = 0; i < LAGS; ++i)
            for (std::size_t j = 0; j < LAGS; ++j)
                out.covariance[i][j] = correlation_[i > j ? i - j : j - i];
        return out;
    }

    /// The next sample's noise, and how it varies with that of the last ones.
    struct prediction {
        noise_belief noise;
        std::array<double, LAGS> covariance{};
    };
    prediction next(const joint_belief& known) const {
        prediction out{{0.0, innovation_}, {}};
        for (std::size_t i = 0; i < LAGS; ++i) {
            out.noise.mean += weight_[i] * known.mean[i];
            for (std::size_t j = 0; j < LAGS; ++j)
                out.covariance[i] += weight_[j] * known.covariance[i][j];
            out.noise.variance += weight_[i] * out.covariance[i];
        }
        out.noise.variance = std::max(out.noise.variance, 1e-12);
        return out;
    }

    /// The last samples once the next is one of them and believed to be `decided`.
    static joint_belief advance(const joint_belief& known, const prediction& next,
                                const noise_belief& decided) {
        joint_belief out;
        out.mean[0] = decided.mean;
        out.covariance[0][0] = decided.variance;
        for (std::size_t i = 1; i < LAGS; ++i) {
            const double gain = next.covariance[i - 1] / next.noise.variance;
            out.mean[i] = known.mean[i - 1] + gain * (decided.mean - next.noise.mean);
            out.covariance[0][i] = out.covariance[i][0] = gain * decided.variance;
            for (std::size_t j = 1; j < LAGS; ++j)
                out.covariance[i][j] =
                    known.covariance[i - 1][j - 1] -
                    gain * next.covariance[j - 1] * (1.0 - decided.variance / next.noise.variance);
        }
        return out;
    }

private:
    static double correlation(const sampled_channel& channel, std::size_t a, std::size_t b) {
        const std::size_t lag = a > b ? a - b : b - a;
        if (lag == 0)
            return 1.0;
        return lag <= channel.noise_correlation.size() ? channel.noise_correlation[lag - 1] : 0.0;
    }

    std::array<double, LAGS + 1> correlation_{};
    std::array<double, LAGS> weight_{};
    double innovation_ = 1.0;
};

/// State e + histories w: e holds an error for each tap, the latest lowest, 0 none, 1 up, 2 down
/// (NRZ: 1 either way, as the window tells); w the window's symbols, the newest lowest.
class feedback_chain {
public:
    feedback_chain(const equalised_channel& equalised, const sampled_channel& channel,
                   const receive_filter& filter, unsigned taps)
        : channel_(channel),
          filter_(filter),
          levels_(channel.levels()),
          taps_(taps),
          noise_(channel, filter),
          errors_(levels_ == 2 ? 2 : 3) {
        for (unsigned i = 0; i < taps; ++i)
            histories_ *= errors_;
        choose_window(equalised);
        describe(equalised);
        for (double& t : filter_.threshold_a)
            t /= channel.amplitude_a;
        std::ranges::sort(filter_.threshold_a.begin(), filter_.threshold_a.begin() + levels_ - 1);
        now_.resize(windows_ * histories_);
        next_.resize(now_.size());
    }

    error_factors run() {
        for (std::size_t w = 0; w < windows_; ++w)
            now_[w * histories_].add(1.0 / static_cast<double>(windows_), noise_.unconditional());
        const auto right = step();
        auto wrong = right;
        double before = 0.0;
        for (unsigned k = 0; k < MAX_STEPS; ++k) {
            wrong = step();
            if (k > taps_ + 1 && std::abs(sum(wrong) - before) <= SETTLED * sum(wrong))
                break;
            before = sum(wrong);
        }
        const auto ratio = [](double more, double less) { return less > 0.0 ? more / less : 1.0; };
        const std::size_t top = levels_ - 1;
        return {ratio(sum(wrong), sum(right)), ratio(wrong[top], right[top]),
                ratio(wrong[0], right[0])};
    }

private:
    struct view {
        double mean, sigma;
    };

    static double sum(const std::array<double, 4>& of) { return of[0] + of[1] + of[2] + of[3]; }

    /// Symbols k - older_ .. k + newer_: for NRZ those whose errors are fed back and one to come,
    /// then towards the greatest effects beyond, as far as states allow and they exceed the noise's
    /// twentieth.
    void choose_window(const equalised_channel& equalised) {
        windows_ = levels_;
        if (levels_ == 2) {
            newer_ = 1;
            older_ = taps_;
            windows_ <<= newer_ + older_;
        }
        const symbol_response& signal = equalised.signal;
        const auto size = [&](std::size_t m) {
            return std::abs(signal.linear[m]) + std::abs(signal.pair[m]) +
                   (m > 0 ? std::abs(signal.pair[m - 1]) : 0.0);
        };
        const double least = 0.05 * std::sqrt(std::max(equalised.variance_constant[0], 0.0));
        while (windows_ * levels_ * histories_ * levels_ * levels_ <= MAX_BRANCHES) {
            double newer = 0.0, older = 0.0;
            for (std::size_t m = 0; m < RESPONSE_MAIN - newer_; ++m)
                newer = std::max(newer, size(m));
            for (std::size_t m = RESPONSE_MAIN + older_ + 1; m < RESPONSE_TAPS; ++m)
                older = std::max(older, size(m));
            // Whether an error goes up or down depends on the symbol sent there.
            if (older_ == 0)
                older = INFINITY;
            if (std::max(newer, older) <= least)
                return;
            ++(newer > older ? newer_ : older_);
            windows_ *= levels_;
        }
    }

    unsigned symbol(std::size_t window, unsigned place) const {
        for (; place > 0; --place)
            window /= levels_;
        return static_cast<unsigned>(window % levels_);
    }

    void describe(const equalised_channel& equalised) {
        const std::size_t first = RESPONSE_MAIN - newer_, last = RESPONSE_MAIN + older_;
        const double mean = channel_.level_mean(), spread = channel_.level_variance();
        const symbol_response& signal = equalised.signal;
        for (std::size_t m = 0; m < RESPONSE_TAPS; ++m) {
            if (m >= first && m <= last)
                continue;
            const double tap = signal.linear[m] + mean * signal.pair[m] +
                               (m > 0 ? mean * signal.pair[m - 1] : 0.0);
            rest_ += tap * tap * spread;
        }
        for (std::size_t n = 0; n < channel_.neighbours; ++n)
            for (const double tap : signal.crosstalk[n])
                rest_ += tap * tap * spread;
        for (std::size_t w = 0; w < windows_; ++w) {
            std::array<double, RESPONSE_TAPS + 1> value;
            value.fill(mean);
            for (std::size_t m = first; m <= last; ++m)
                value[m] = channel_.level[symbol(w, static_cast<unsigned>(m - first))];
            const unsigned s = symbol(w, newer_);
            const double variance =
                equalised.variance_constant[s] + evaluate(equalised.variance[s], value);
            views_.push_back(
                {equalised.constant + evaluate(signal, value), std::sqrt(std::max(variance, 0.0))});
        }
    }

    double evaluate(const symbol_response& response,
                    const std::array<double, RESPONSE_TAPS + 1>& value) const {
        double sum = 0.0;
        for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
            sum += value[m] * (response.linear[m] + response.pair[m] * value[m + 1]);
        for (std::size_t n = 0; n < channel_.neighbours; ++n)
            for (const double tap : response.crosstalk[n])
                sum += tap * channel_.level_mean();
        return sum;
    }

    /// What wrong feedback adds to the signal. `window` is that of the symbol decided next.
    double displacement(std::size_t history, std::size_t window) const {
        double sum = 0.0;
        for (unsigned i = 0; i < taps_; ++i, history /= errors_) {
            const std::size_t error = history % errors_;
            if (error == 0)
                continue;
            double gap = (channel_.level[levels_ - 1] - channel_.level[0]) / (levels_ - 1);
            bool up = error == 1;
            if (i < older_) {
                const unsigned sent = symbol(window, newer_ + 1 + i);
                if (levels_ == 2)
                    up = sent == 0;
                const unsigned lower = up ? sent : sent - 1;
                gap = channel_.level[lower + 1] - channel_.level[lower];
            }
            sum -= filter_.feedback_a[i] / channel_.amplitude_a * (up ? gap : -gap);
        }
        return sum;
    }

    /// Decides one more symbol; the probability of an error given each sent symbol.
    std::array<double, 4> step() {
        std::array<double, 4> wrong{};
        std::ranges::fill(next_, state{});
        const double weight = 1.0 / levels_;
        for (std::size_t w = 0; w < windows_; ++w)
            for (std::size_t e = 0; e < histories_; ++e) {
                const state& from = now_[w * histories_ + e];
                if (from.mass <= negligible_)
                    continue;
                const joint_belief known = from.belief();
                const auto next = noise_.next(known);
                const noise_belief& prior = next.noise;
                const std::size_t history = e * errors_ % histories_;
                for (unsigned t = 0; t < levels_; ++t) {
                    const std::size_t window = (w * levels_ + t) % windows_;
                    const view& seen = views_[window];
                    const unsigned s = symbol(window, newer_);
                    const double mean = seen.mean + displacement(e, window);
                    const double mass = from.mass * weight;
                    state* const to = &next_[window * histories_ + history];
                    double left = 1.0;
                    noise_belief right = prior;
                    const auto decide = [&](const crossing& beyond, std::size_t error) {
                        to[error].add(mass * beyond.probability,
                                      noise_memory::advance(known, next, beyond.noise));
                        wrong[s] += mass * beyond.probability * levels_;
                        const double less = beyond.probability / left;
                        left = std::max(left - beyond.probability, 0.0);
                        if (left > 0.0)
                            right.mean -= less / (1.0 - less) * (beyond.noise.mean - right.mean);
                    };
                    if (s + 1 < levels_)
                        decide(cross(filter_.threshold_a[s] - mean, seen.sigma, prior, rest_), 1);
                    if (s > 0) {
                        crossing down = cross(mean - filter_.threshold_a[s - 1], seen.sigma,
                                              {-prior.mean, prior.variance}, rest_);
                        down.noise.mean = -down.noise.mean;
                        decide(down, errors_ - 1);
                    }
                    to[0].add(mass * left, noise_memory::advance(known, next, right));
                }
            }
        now_.swap(next_);
        negligible_ = NEGLIGIBLE * sum(wrong) / (levels_ * static_cast<double>(now_.size()));
        return wrong;
    }

    const sampled_channel& channel_;
    receive_filter filter_;
    unsigned levels_, taps_;
    noise_memory noise_;
    unsigned newer_ = 0, older_ = 0;
    std::size_t errors_;  ///< values that one error takes
    std::size_t windows_ = 1, histories_ = 1;
    double rest_ = 0.0;        ///< variance of what the window leaves out
    double negligible_ = 0.0;  ///< probability of states not worth following
    std::vector<view> views_;
    std::vector<state> now_, next_;
};

}  // namespace

error_factors error_propagation(const equalised_channel& equalised, const sampled_channel& channel,
                                const receive_filter& filter) {
    unsigned taps = FEEDBACK_TAPS;
    while (taps > 0 && filter.feedback_a[taps - 1] == 0.0)
        --taps;
    if (taps == 0)
        return {};
    return feedback_chain(equalised, channel, filter, taps).run();
}

}  // namespace luxlane::dsp
