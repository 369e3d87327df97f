#pragma once

#include <string>
#include <string_view>

namespace luxlane::config {

/// What happens, and how long after LINK UP.
struct moment {
    std::string_view what;
    double after_link_up_s;
};

/// "WHAT@TIME" -> its parts; the time has a unit and counts from LINK UP. `example` shows the user
/// the form. std::invalid_argument says what was found and what would be right.
moment split_moment(std::string_view text, std::string_view example);

}  // namespace luxlane::config
