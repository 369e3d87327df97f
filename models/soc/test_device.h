#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "models/common/device.h"

namespace luxlane::soc {

/// How a guest ends its run.
enum class test_verdict : std::uint8_t { pass, fail, reset };

struct test_outcome {
    test_verdict verdict = test_verdict::pass;
    std::uint32_t code = 0;  ///< exit status of a failure
};

struct test_device_config {};

/// The finisher of SiFive's test devices (sifive,test0), as on QEMU's `virt`: writing 0x5555
/// passes, (code << 16) | 0x3333 fails and 0x7777 resets. Any other value is ignored with a
/// warning. Timing: the outcome is reported at the exact time of the store; no later instruction
/// executes.
class test_device : public device {
public:
    using config = test_device_config;

    test_device(const sc_core::sc_module_name& name, const config& options);

    void on_outcome(std::function<void(const test_outcome&)> callback) {
        on_outcome_ = std::move(callback);
    }

private:
    void on_reset() override;
    void write_finisher(const register_write& write);
    void report();

    std::optional<test_outcome> outcome_;  ///< written, not yet reported
    sc_core::sc_event finished_;
    std::function<void(const test_outcome&)> on_outcome_;
};

}  // namespace luxlane::soc
