#include "models/common/binomial.h"

#include <algorithm>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane {

std::uint64_t binomial(const stream_key& key, std::uint64_t position, std::uint64_t trials,
                       double probability) {
    if (trials == 0 || probability <= 0.0) {
        return 0;
    }
    if (probability >= 1.0) {
        return trials;
    }
    if (probability > 0.5) {
        return trials - binomial(key, position, trials, 1.0 - probability);
    }
    const auto size = static_cast<double>(trials);
    const double mean = size * probability;
    if (mean > 30.0) {
        const double drawn = mean + std::sqrt(mean * (1.0 - probability)) * gaussian(key, position);
        return static_cast<std::uint64_t>(std::clamp(std::floor(drawn + 0.5), 0.0, size));
    }
    const double log_none = probability < 1e-8 ? -probability : portable_log(1.0 - probability);
    double term = portable_exp(size * log_none);
    double left = uniform53(key, position) - term;
    const double odds = probability / (1.0 - probability);
    std::uint64_t count = 0;
    while (left > 0.0 && count < trials && term > 0.0) {
        term *= odds * static_cast<double>(trials - count) / static_cast<double>(count + 1);
        left -= term;
        ++count;
    }
    return count;
}

}  // namespace luxlane
