#include "models/dsp/interference.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>

#include "models/dsp/equalised_channel.h"

namespace luxlane::dsp {

namespace {

/// A lattice this fine leaves the third moment of a split symbol below 0.1 step^3, which changes
/// a tail of 8 sigma by less than 0.03 %.
constexpr double CELLS_PER_SIGMA = 32.0;
/// Interference wider than 25 sigma gets coarser cells: eyes that deep fail by few sigma or never.
constexpr double MAX_CELLS = 800.0;
/// Sum of fourth powers of folded symbols' effects over sigma^4: a symbol of effect a leaves the
/// fourth cumulant a^4 / 8 beside its variance, which changes a tail of 8 sigma by a^4 / 8 8^4 /
/// 24.
constexpr double FOLDED_FOURTH_POWERS = 1e-4;
/// Sum of pairs replaced by straight lines, over sigma: each errs by a quarter at the corners,
/// which changes a tail of 8 sigma by 8 / 4 of it.
constexpr double STRAIGHT_PAIRS = 1e-3;

/// One symbol's effect on signal and noise variance: for each unit of it, and of it times the
/// symbol before.
struct effect {
    double signal = 0.0, signal_pair = 0.0;
    double noise = 0.0, noise_pair = 0.0;
};

/// What surrounds one wanted symbol, negligible symbols folded away.
class surroundings {
public:
    surroundings(const sampled_channel& channel, const equalised_channel& equalised, unsigned s)
        : mean_(channel.level_mean()), spread_(channel.level_variance()) {
        const symbol_response& signal = equalised.signal;
        const symbol_response& noise = equalised.variance[s];
        constant = equalised.constant;
        variance = equalised.variance_constant[s];
        sigma = std::sqrt(std::max(variance + moments(noise, channel, channel.level[s]).mean, 0.0));
        for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
            own[m] = {signal.linear[m], signal.pair[m], noise.linear[m], noise.pair[m]};
        active.fill(true);
        fix_wanted(channel.level[s]);
        for (std::size_t n = 0; n < channel.neighbours; ++n)
            for (std::size_t m = 0; m < CROSSTALK_RESPONSE_TAPS; ++m)
                others[other_count++] = {signal.crosstalk[n][m], 0.0, noise.crosstalk[n][m], 0.0};
        fold();
        straighten_pairs();
    }

    std::array<effect, RESPONSE_TAPS> own{};
    std::array<bool, RESPONSE_TAPS> active{};
    std::array<effect, MAX_NEIGHBOURS * CROSSTALK_RESPONSE_TAPS> others{};
    std::size_t other_count = 0;
    double constant, variance;
    double sigma;

    /// Whether symbol m and the one before it act together.
    bool paired(std::size_t m) const { return own[m].signal_pair != 0.0; }

private:
    void fix_wanted(double value) {
        effect& wanted = own[RESPONSE_MAIN];
        effect& older = own[RESPONSE_MAIN + 1];
        effect& newer = own[RESPONSE_MAIN - 1];
        constant += value * wanted.signal;
        variance += value * wanted.noise;
        older.signal += value * wanted.signal_pair;
        older.noise += value * wanted.noise_pair;
        newer.signal += value * newer.signal_pair;
        newer.noise += value * newer.noise_pair;
        newer.signal_pair = newer.noise_pair = 0.0;
        wanted = {};
        active[RESPONSE_MAIN] = false;
    }

    /// All that symbol m can move.
    double size(std::size_t m) const {
        const double newer = m > 0 ? own[m - 1].signal_pair : 0.0;
        return std::abs(own[m].signal) + std::abs(own[m].signal_pair) + std::abs(newer);
    }

    void fold() {
        struct candidate {
            double size;
            std::size_t index;  ///< own, or RESPONSE_TAPS + a neighbour's
        };
        std::array<candidate, RESPONSE_TAPS + MAX_NEIGHBOURS * CROSSTALK_RESPONSE_TAPS> list;
        std::size_t count = 0;
        for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
            if (active[m])
                list[count++] = {size(m), m};
        for (std::size_t i = 0; i < other_count; ++i)
            list[count++] = {std::abs(others[i].signal), RESPONSE_TAPS + i};
        const auto candidates = std::span(list).first(count);
        std::ranges::sort(candidates, {}, &candidate::size);
        double budget = FOLDED_FOURTH_POWERS * std::pow(sigma, 4.0);
        const auto kept = std::ranges::find_if(candidates, [&](const candidate& c) {
            budget -= std::pow(c.size, 4.0);
            if (budget < 0.0 && c.size > 0.0)
                return true;
            if (c.index < RESPONSE_TAPS)
                fold_own(c.index);
            else
                add_to_noise(others[c.index - RESPONSE_TAPS]);
            return false;
        });
        std::array<effect, MAX_NEIGHBOURS * CROSSTALK_RESPONSE_TAPS> left;
        std::size_t left_count = 0;
        for (auto c = kept; c != candidates.end(); ++c)
            if (c->index >= RESPONSE_TAPS)
                left[left_count++] = others[c->index - RESPONSE_TAPS];
        others = left;
        other_count = left_count;
    }

    void add_to_noise(const effect& symbol) {
        constant += mean_ * symbol.signal;
        variance += mean_ * symbol.noise + spread_ * symbol.signal * symbol.signal;
    }

    void fold_own(std::size_t m) {
        straighten(m);
        if (m > 0)
            straighten(m - 1);
        add_to_noise(own[m]);
        own[m] = {};
        active[m] = false;
    }

    /// Replaces the pair of m and the symbol before by the straight line through their means.
    void straighten(std::size_t m) {
        effect& newer = own[m];
        if (m + 1 == RESPONSE_TAPS || (newer.signal_pair == 0.0 && newer.noise_pair == 0.0))
            return;
        effect& older = own[m + 1];
        newer.signal += mean_ * newer.signal_pair;
        older.signal += mean_ * newer.signal_pair;
        newer.noise += mean_ * newer.noise_pair;
        older.noise += mean_ * newer.noise_pair;
        constant -= mean_ * mean_ * newer.signal_pair;
        const double corner = spread_ * newer.signal_pair;
        variance += corner * corner - mean_ * mean_ * newer.noise_pair;
        newer.signal_pair = newer.noise_pair = 0.0;
    }

    void straighten_pairs() {
        std::array<std::size_t, RESPONSE_TAPS> order;
        for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
            order[m] = m;
        const auto pair = [&](std::size_t m) { return std::abs(own[m].signal_pair); };
        std::ranges::sort(order, {}, pair);
        double budget = STRAIGHT_PAIRS * sigma;
        for (const std::size_t m : order) {
            budget -= pair(m);
            if (budget < 0.0)
                return;
            straighten(m);
        }
    }

    double mean_, spread_;
};

/// Cells [low, high) of three arrays: masses, and with them the variance of the noise and its
/// square. The cells next to them are 0.
struct lattice {
    double* mass = nullptr;
    double* noise = nullptr;
    double* square = nullptr;
    std::ptrdiff_t low = 0, high = 0;
};

/// A shift by whole cells and a part of one, split linearly between two cells. The split widens
/// the distribution by theta (1 - theta), which the carried noise gives back.
struct shift {
    std::ptrdiff_t cells;
    double theta;
    double noise;

    shift(double distance, double more_noise)
        : cells(static_cast<std::ptrdiff_t>(std::floor(distance))),
          theta(distance - std::floor(distance)),
          noise(more_noise - theta * (1.0 - theta)) {}
    std::ptrdiff_t overhang() const { return theta > 0.0 ? 1 : 0; }
};

void reach(lattice& to, const lattice& from, const shift& by, bool first) {
    const std::ptrdiff_t low = from.low + by.cells;
    const std::ptrdiff_t high = from.high + by.cells + by.overhang();
    to.low = first ? low : std::min(to.low, low);
    to.high = first ? high : std::max(to.high, high);
}

void clear(lattice& cells) {
    for (double* part : {cells.mass, cells.noise, cells.square})
        std::fill(part + cells.low - 1, part + cells.high + 1, 0.0);
}

void add(const lattice& to, const lattice& from, const shift& by, double weight) {
    const double here = weight * (1.0 - by.theta);
    const double next = weight * by.theta;
    const double noise = by.noise;
    double* __restrict mass_to = to.mass + by.cells;
    double* __restrict noise_to = to.noise + by.cells;
    double* __restrict square_to = to.square + by.cells;
    const double* __restrict mass = from.mass;
    const double* __restrict variance = from.noise;
    const double* __restrict square = from.square;
    const std::ptrdiff_t high = from.high + by.overhang();
    for (std::ptrdiff_t i = from.low; i < high; ++i) {
        const double part = std::fma(next, mass[i - 1], here * mass[i]);
        const double carried = std::fma(next, variance[i - 1], here * variance[i]);
        const double squared = std::fma(next, square[i - 1], here * square[i]);
        mass_to[i] += part;
        noise_to[i] += std::fma(noise, part, carried);
        // (v + n)^2 = v^2 + n (2 v + n)
        square_to[i] += std::fma(noise, std::fma(noise, part, 2.0 * carried), squared);
    }
}

/// The trellis around one wanted symbol. Inside, lengths are in cells and variances in their
/// squares.
class trellis {
public:
    trellis(const surroundings& around, const sampled_channel& channel)
        : around_(around), levels_(channel.levels()), level_(channel.level) {
        measure();
    }

    interference_law run() {
        std::span<lattice> states = std::span(arrays_).first(1);
        states[0].low = origin_;
        states[0].high = origin_ + 1;
        clear(states[0]);
        states[0].mass[origin_] = 1.0;
        for (std::size_t i = 0; i < around_.other_count; ++i)
            states = step(around_.others[i], states, false);
        for (std::size_t m = RESPONSE_TAPS; m-- > 0;)
            if (around_.active[m])
                states = step(around_.own[m], states, m > 0 && around_.paired(m - 1));
        const lattice& end = states[0];
        interference_law law;
        law.first = around_.constant + static_cast<double>(end.low - origin_) * step_;
        law.step = step_;
        law.mass.assign(end.mass + end.low, end.mass + end.high);
        law.variance.resize(law.mass.size());
        law.spread.resize(law.mass.size());
        const double area = step_ * step_;
        const double least = 1e-6 * area;  // a noiseless lane divides by no zero
        for (std::size_t i = 0; i < law.mass.size(); ++i) {
            const auto cell = end.low + static_cast<std::ptrdiff_t>(i);
            const double hit = std::max(end.mass[cell], 1e-300);
            const double mean = end.noise[cell] / hit;
            const double scatter = std::max(end.square[cell] / hit - mean * mean, 0.0);
            law.variance[i] = std::max(around_.variance + area * mean, least);
            law.spread[i] = std::min(area * std::sqrt(scatter), law.variance[i] - least);
        }
        return law;
    }

private:
    void measure() {
        double low = 0.0;
        double high = 0.0;
        double sum = around_.sigma + around_.constant + around_.variance;
        std::size_t steps = 0;
        const auto extend = [&](const effect& symbol) {
            const double both = symbol.signal + symbol.signal_pair;
            low += std::min({0.0, symbol.signal, both});
            high += std::max({0.0, symbol.signal, both});
            sum += symbol.signal + both;
            ++steps;
        };
        for (std::size_t i = 0; i < around_.other_count; ++i)
            extend(around_.others[i]);
        for (const effect& symbol : around_.own)
            extend(symbol);
        if (!std::isfinite(sum))
            throw std::invalid_argument("interference: the channel's numbers must be finite");
        const double cell = std::max(around_.sigma / CELLS_PER_SIGMA, (high - low) / MAX_CELLS);
        step_ = cell > 0.0 ? cell : 1.0;
        // Each shift is rounded down and may hang over by one cell.
        const auto margin = static_cast<double>(steps + 2);
        origin_ = static_cast<std::ptrdiff_t>(std::ceil(-low / step_) + margin);
        const auto size =
            static_cast<std::size_t>(std::ceil((high - low) / step_) + 2.0 * margin + 2.0);
        cells_ = std::make_unique_for_overwrite<double[]>(6 * levels_ * size);
        for (std::size_t i = 0; i < 2 * levels_; ++i)
            arrays_[i] = {cells_.get() + 3 * i * size, cells_.get() + (3 * i + 1) * size,
                          cells_.get() + (3 * i + 2) * size, 0, 0};
    }

    /// One more symbol; `from` is one state, or one for each value of the symbol before. Splits
    /// into one state for each value if the next symbol asks for it.
    std::span<lattice> step(const effect& symbol, std::span<lattice> from, bool split) {
        const std::size_t other = from.data() == arrays_.data() ? levels_ : 0;
        const std::span<lattice> to = std::span(arrays_).subspan(other, split ? levels_ : 1);
        const double weight = 1.0 / levels_;
        for (const bool measuring : {true, false}) {
            for (unsigned t = 0; t < levels_; ++t) {
                lattice& target = to[split ? t : 0];
                for (unsigned p = 0; p < from.size(); ++p) {
                    const double pair = from.size() > 1 ? level_[p] : 0.0;
                    const shift by(
                        level_[t] * (symbol.signal + pair * symbol.signal_pair) / step_,
                        level_[t] * (symbol.noise + pair * symbol.noise_pair) / (step_ * step_));
                    if (measuring)
                        reach(target, from[p], by, p == 0 && (split || t == 0));
                    else
                        add(target, from[p], by, weight);
                }
            }
            if (measuring)
                std::ranges::for_each(to, clear);
        }
        return to;
    }

    const surroundings& around_;
    unsigned levels_;
    std::array<double, 4> level_;
    double step_ = 1.0;
    std::ptrdiff_t origin_ = 0;
    std::unique_ptr<double[]> cells_;
    std::array<lattice, 8> arrays_{};
};

}  // namespace

std::vector<interference_law> interference(const sampled_channel& even, const sampled_channel& odd,
                                           const receive_filter& filter) {
    const equalised_channel equalised = equalise(even, odd, filter);
    std::vector<interference_law> laws;
    for (unsigned s = 0; s < even.levels(); ++s) {
        const surroundings around(even, equalised, s);
        laws.push_back(trellis(around, even).run());
    }
    return laws;
}

}  // namespace luxlane::dsp
