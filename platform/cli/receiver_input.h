#pragma once

#include "platform/cli/command.h"
#include "platform/link/receiver_figures.h"

namespace luxlane::cli {

/// Reads the options. std::invalid_argument or std::out_of_range names the option or parameter,
/// what was found, its range and the reason.
link::described_receiver describe_receiver(const receiver_options& options);

}  // namespace luxlane::cli
