#pragma once

#include <string>
#include <systemc>

namespace luxlane {

enum class severity : unsigned char { info, warning, error };

/// Logs `text` for `object` with its hierarchical name and the simulated time (plus a decoupled
/// caller's local `offset`), through spdlog's default logger.
void log_at(severity level, const sc_core::sc_object& object, const std::string& text,
            const sc_core::sc_time& offset = sc_core::SC_ZERO_TIME);

}  // namespace luxlane
