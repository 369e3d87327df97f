#pragma once

#include <cstdlib>

namespace luxlane {

/// `scripts/test --long` sets LUXLANE_LONG: then a test that draws at random goes on for longer.
inline std::size_t long_run(std::size_t normally, std::size_t at_length) {
    const char* wish = std::getenv("LUXLANE_LONG");
    return wish != nullptr && wish[0] == '1' ? at_length : normally;
}

}  // namespace luxlane
