#include "models/serdes_phy/sync_search.h"

#include <algorithm>

#include "models/coding/bit_io.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

namespace {

constexpr std::size_t half_superframe = frame::superframe_bits / 2;
constexpr std::size_t pattern_span = frame::frame_bits + frame::word_bits;
constexpr std::size_t hint_reach_ui = 80;

}  // namespace

std::optional<std::int32_t> sync_search::search(const line_view& block, std::uint32_t lane,
                                                std::int32_t skew_ui, std::int32_t hint_ui) {
    const bool continues = next_bit_ == block.first_bit;
    if (continues) {
        std::copy_n(line_.begin() + words, words, line_.begin());
        std::copy_n(stream_.begin() + words, words, stream_.begin());
    } else {
        std::fill_n(line_.begin(), words, 0);
        std::fill_n(stream_.begin(), words, 0);
    }
    next_bit_ = block.first_bit + frame::superframe_bits;
    std::copy_n(block.lane(lane).begin(), words, line_.begin() + words);
    const auto late = std::clamp(skew_ui, -furthest_ui, furthest_ui);
    const auto begin = static_cast<std::size_t>(static_cast<std::int32_t>(half_superframe) - late);
    coding::copy_bits(line_, begin, stream_, frame::superframe_bits, frame::superframe_bits);

    if (!continues) {
        return std::nullopt;  // no whole superframe has come in yet
    }
    const std::size_t last = frame::superframe_bits - 1;
    const auto expected = static_cast<std::size_t>(static_cast<std::int32_t>(half_superframe) +
                                                   std::clamp(hint_ui, -furthest_ui, furthest_ui));
    const std::size_t from = expected > hint_reach_ui ? expected - hint_reach_ui : 0;
    const std::size_t to = std::min(last, expected + hint_reach_ui);
    auto found = frame::find_superframe(stream_, to + pattern_span, from);
    if (!found) {
        found = frame::find_superframe(stream_, last + pattern_span);
    }
    if (!found) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*found) - static_cast<std::int32_t>(half_superframe);
}

}  // namespace luxlane::wide_link
