#include "models/common/log.h"

namespace luxlane {

void log_at(spdlog::level::level_enum level, const sc_core::sc_object& object,
            const std::string& text, const sc_core::sc_time& offset) {
    if (!spdlog::should_log(level)) {
        return;
    }
    spdlog::log(level, "[{:12.6f} ms] {}: {}",
                (sc_core::sc_time_stamp() + offset).to_seconds() * 1e3, object.name(), text);
}

}  // namespace luxlane
