#include "models/dsp/baud_channel.h"

#include <stdexcept>

namespace luxlane::dsp {

baud_channel make_baud_channel(const photonics::lane_response& own,
                               std::span<const photonics::lane_response* const> neighbours) {
    if (neighbours.size() > MAX_NEIGHBOURS)
        throw std::invalid_argument("a lane has at most 8 neighbours");
    baud_channel channel;
    channel.pulse = own.pulse;
    channel.offset_a = own.zero_a;
    channel.amplitude_a = own.one_a - own.zero_a;
    const double scale = 1.0 / (channel.amplitude_a * channel.amplitude_a);
    channel.variance_zero = own.noise_zero_a * own.noise_zero_a * scale;
    channel.variance_slope = own.noise_one_a * own.noise_one_a * scale - channel.variance_zero;
    for (const photonics::lane_response* other : neighbours) {
        const double swing_a = other->one_a - other->zero_a;
        channel.crosstalk[channel.neighbours++] =
            swing_a * other->crosstalk[0] / channel.amplitude_a;
        channel.offset_a += other->zero_a * other->crosstalk[0];
    }
    return channel;
}

}  // namespace luxlane::dsp
