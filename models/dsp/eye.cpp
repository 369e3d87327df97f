#include "models/dsp/eye.h"

#include <cmath>
#include <limits>

#include "models/common/normal.h"

namespace luxlane::dsp {

double ber_of_q(double q) { return normal_tail(q); }

double q_of_ber(double ber) { return -normal_quantile(ber); }

eye_opening measure_eye(const baud_channel& channel, const equaliser_taps& taps) {
    const auto pulse = equalised_pulse(channel, taps);
    double height = 2.0 * std::abs(pulse[EQUALISED_PRE_CURSORS]);
    for (const double tap : pulse)
        height -= std::abs(tap);
    const double pre = taps.pre_gain(), main = taps.main_gain(), post = taps.post_gain();
    const double gain_sum = std::abs(pre) + std::abs(main) + std::abs(post);
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        height -= gain_sum * channel.crosstalk[n];
    const double noise = std::sqrt((pre * pre + main * main + post * post) *
                                   (channel.variance_zero + channel.variance_slope));
    eye_opening eye;
    eye.height_a = height * channel.amplitude_a;
    eye.height_fraction = height;
    eye.noise_a = noise * channel.amplitude_a;
    eye.merit_db = height > 0.0 ? 20.0 * std::log10(0.5 * height / noise)
                                : -std::numeric_limits<double>::infinity();
    return eye;
}

}  // namespace luxlane::dsp
