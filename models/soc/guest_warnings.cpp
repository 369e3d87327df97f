#include "models/soc/guest_warnings.h"

#include <fmt/format.h>

#include "models/common/log.h"

namespace luxlane::soc {

void guest_warnings::warn(int kind, const access_context& context, const sc_core::sc_time& offset,
                          const std::string& text) {
    if (context.debug) {
        return;
    }
    ++count_;
    const std::uint64_t pc = context.has_pc ? context.pc : ~std::uint64_t{0};
    if (given_.emplace(kind, pc).second) {
        const auto place = context.has_pc ? fmt::format(" (pc {:#x})", context.pc) : std::string();
        log_at(severity::warning, owner_, text + place, offset);
    }
}

}  // namespace luxlane::soc
