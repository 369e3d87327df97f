#include "platform/config/moment.h"

#include <fmt/format.h>

#include <cctype>
#include <stdexcept>

#include "platform/config/quantity.h"

namespace luxlane::config {

moment split_moment(std::string_view text, std::string_view example) {
    const auto at = text.find('@');
    if (at == std::string_view::npos) {
        throw std::invalid_argument(
            fmt::format("'{}' has no time; write it as in {}", text, example));
    }
    if (std::isdigit(static_cast<unsigned char>(text.back())) != 0) {
        throw std::invalid_argument(
            fmt::format("'{}': write the time with its unit, e.g. 100us", text));
    }
    const moment found{text.substr(0, at), parse_quantity(text.substr(at + 1), "s")};
    if (!(found.after_link_up_s >= 0.0)) {
        throw std::invalid_argument(
            fmt::format("'{}': the time counts from LINK UP, from 0 s", text));
    }
    return found;
}

}  // namespace luxlane::config
