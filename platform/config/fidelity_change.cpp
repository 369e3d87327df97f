#include "platform/config/fidelity_change.h"

#include <fmt/format.h>

#include <stdexcept>

#include "platform/config/moment.h"

namespace luxlane::config {

fidelity_change parse_fidelity_change(const std::string& text) {
    const auto [name, after_s] = split_moment(text, "waveform@100us");
    const auto kind = fidelity_called(name);
    if (!kind) {
        throw std::invalid_argument(fmt::format("'{}' in '{}' is no fidelity; allowed: {}", name,
                                                text, fmt::join(FIDELITY_NAMES, ", ")));
    }
    return {*kind, after_s};
}

}  // namespace luxlane::config
