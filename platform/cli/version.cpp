#include <fmt/format.h>

#include <systemc>

#include "platform/cli/command.h"

namespace luxlane::cli {

int version() {
    fmt::print("luxlane {} ({})\n{}\n", LUXLANE_VERSION, LUXLANE_COMMIT, sc_core::sc_release());
    return success;
}

}  // namespace luxlane::cli
