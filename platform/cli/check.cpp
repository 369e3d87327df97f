#include <fmt/format.h>

#include "platform/cli/command.h"
#include "platform/config/reader.h"

namespace luxlane::cli {

int check(const std::string& file) {
    const auto values = config::read_file(file);
    fmt::print("{}: valid: {} data + {} spare lanes, {} fault(s)\n", file, values.link.data_lanes,
               values.link.spare_lanes, values.faults.size());
    return success;
}

}  // namespace luxlane::cli
