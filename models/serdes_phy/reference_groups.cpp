#include "models/serdes_phy/reference_groups.h"

namespace luxlane::wide_link {

reference_groups::reference_groups(const payload_format& format) : symbols_(format.symbols()) {}

void reference_groups::begin(const payload_plan& plan) {
    slots_.emplace(plan.slots);
    scrambler_ = coding::scrambler(payload_codec::state_before(plan.first_group));
    next_ = 0;
}

std::span<std::uint16_t> reference_groups::symbols(std::uint32_t group, payload_codec& codec) {
    stream_.resize(codec.stream_words());
    // The scrambler's state depends on all that came before.
    for (; next_ <= group; ++next_) {
        before_ = scrambler_.state();
        codec.write_slots(*slots_, scrambler_, stream_);
    }
    codec.encode(stream_, symbols_);
    return symbols_;
}

}  // namespace luxlane::wide_link
