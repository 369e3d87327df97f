#include "models/common/log.h"

#include <spdlog/spdlog.h>

namespace luxlane {
namespace {

spdlog::level::level_enum level_of(severity level) {
    switch (level) {
        case severity::info:
            return spdlog::level::info;
        case severity::warning:
            return spdlog::level::warn;
        case severity::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

}  // namespace

void log_at(severity level, const sc_core::sc_object& object, const std::string& text,
            const sc_core::sc_time& offset) {
    if (!spdlog::should_log(level_of(level))) {
        return;
    }
    spdlog::log(level_of(level), "[{:12.6f} ms] {}: {}",
                (sc_core::sc_time_stamp() + offset).to_seconds() * 1e3, object.name(), text);
}

}  // namespace luxlane
