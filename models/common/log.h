#pragma once

#include <spdlog/spdlog.h>

#include <systemc>

namespace luxlane {

/// Logs `text` for `object` with its hierarchical name and the simulated time (plus a decoupled
/// caller's local `offset`).
void log_at(spdlog::level::level_enum level, const sc_core::sc_object& object,
            const std::string& text, const sc_core::sc_time& offset = sc_core::SC_ZERO_TIME);

}  // namespace luxlane
