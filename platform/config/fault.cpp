#include "platform/config/fault.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

#include "platform/config/moment.h"

namespace luxlane::config {
namespace {

constexpr std::uint32_t MAXIMUM_LANE = 543;

std::uint32_t lane_number(std::string_view text, const std::string& whole) {
    std::uint32_t lane = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lane);
    if (error != std::errc{} || end != text.data() + text.size() || lane > MAXIMUM_LANE) {
        throw std::invalid_argument(fmt::format("'{}' in '{}' is not a lane; lanes are 0 .. {}",
                                                text, whole, MAXIMUM_LANE));
    }
    return lane;
}

}  // namespace

lane_fault parse_lane_fault(const std::string& text) {
    lane_fault fault;
    std::string_view rest = text;
    if (rest.starts_with("a:") || rest.starts_with("b:")) {
        fault.board = rest[0] == 'b' ? 1 : 0;
        rest.remove_prefix(2);
    }
    const auto when = split_moment(rest, "3,17,200-210@100us");
    fault.after_link_up_s = when.after_link_up_s;
    rest = when.what;
    while (true) {
        const auto comma = rest.find(',');
        const auto item = rest.substr(0, comma);
        const auto dash = item.find('-');
        const auto first = lane_number(item.substr(0, dash), text);
        const auto last =
            dash == std::string_view::npos ? first : lane_number(item.substr(dash + 1), text);
        if (last < first) {
            throw std::invalid_argument(fmt::format("'{}' in '{}' runs backwards", item, text));
        }
        for (auto lane = first; lane <= last; ++lane) {
            fault.lanes.push_back(lane);
        }
        if (comma == std::string_view::npos) {
            return fault;
        }
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace luxlane::config
