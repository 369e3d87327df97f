#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace luxlane {

/// How lane frames are simulated: by error laws, by a sample for each symbol, or by sixteen samples
/// a symbol with emitters solved in time.
enum class fidelity : std::uint8_t { statistical, symbol, waveform };

inline constexpr std::array<std::string_view, 3> FIDELITY_NAMES = {"statistical", "symbol",
                                                                   "waveform"};

constexpr std::string_view name_of(fidelity kind) {
    return FIDELITY_NAMES[static_cast<std::size_t>(kind)];
}

constexpr std::optional<fidelity> fidelity_called(std::string_view name) {
    for (std::size_t i = 0; i < FIDELITY_NAMES.size(); ++i)
        if (FIDELITY_NAMES[i] == name)
            return static_cast<fidelity>(i);
    return std::nullopt;
}

}  // namespace luxlane
