#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace luxlane::coding {

/// What a gearbox knows of the host's stream: `aligned` finds the PCS lanes and keeps FEC symbols
/// whole on a lane, `blind` slices the bits of the host's physical lanes as they come.
enum class gearbox_mode : std::uint8_t { aligned, blind };

/// Names as in configuration files, by value of the enumeration.
inline constexpr std::array<std::string_view, 2> GEARBOX_MODE_NAMES = {"aligned", "blind"};

constexpr std::string_view name_of(gearbox_mode mode) {
    return GEARBOX_MODE_NAMES[static_cast<std::size_t>(mode)];
}

constexpr std::optional<gearbox_mode> gearbox_mode_called(std::string_view name) {
    for (std::size_t i = 0; i < GEARBOX_MODE_NAMES.size(); ++i)
        if (GEARBOX_MODE_NAMES[i] == name)
            return static_cast<gearbox_mode>(i);
    return std::nullopt;
}

}  // namespace luxlane::coding
