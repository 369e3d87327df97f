#include "models/soc/test_device.h"

#include <fmt/format.h>

#include "models/common/log.h"
#include "registers/test_device.h"

namespace luxlane::soc {

namespace regs = registers::test_device;
using status = regs::finisher::status_value;

test_device::test_device(const sc_core::sc_module_name& name, const config&)
    : device(name, regs::map), finished_("finished") {
    bank_.on_write(regs::reg::finisher, [this](const register_write& w) { write_finisher(w); });
    SC_HAS_PROCESS(test_device);
    SC_METHOD(report);
    sensitive << finished_;
    dont_initialize();
    reset();
}

void test_device::on_reset() {
    outcome_.reset();
    finished_.cancel();
}

void test_device::write_finisher(const register_write& write) {
    switch (regs::finisher::status.decode(write.value)) {
        case status::pass:
            outcome_ = {test_verdict::pass, 0};
            break;
        case status::fail:
            outcome_ = {test_verdict::fail, regs::finisher::code.decode(write.value)};
            break;
        case status::reset:
            outcome_ = {test_verdict::reset, 0};
            break;
        default:
            log_at(severity::warning, *this,
                   fmt::format("{:#x} is no outcome: ignored", write.value),
                   now() - sc_core::sc_time_stamp());
            return;
    }
    schedule(finished_, now());
}

void test_device::report() {
    if (outcome_ && on_outcome_) {
        const test_outcome reported = *outcome_;
        outcome_.reset();
        on_outcome_(reported);
    }
}

}  // namespace luxlane::soc
