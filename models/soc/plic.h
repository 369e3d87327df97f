#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/common/device.h"

namespace luxlane::soc {

struct plic_config {
    unsigned harts = 1;  ///< 1..4; each has a machine and a supervisor context
};

/// Platform-level interrupt controller (RISC-V Platform-Level Interrupt Controller Specification
/// 1.0.0) in the layout of QEMU's `virt`: sources 1..95, 7 priorities, context 2h for machine mode
/// of hart h and 2h+1 for its supervisor mode.
/// Modelled: level-triggered gateways (a source that falls after its request was latched stays
/// pending until claimed; completion looks at the level again), priorities, thresholds, claims,
/// which ignore the threshold as the specification says. Ties go to the lower source.
class plic : public device {
public:
    using config = plic_config;
    static constexpr unsigned sources = 96;

    /// Throws std::invalid_argument for a number of harts that is not 1..4.
    plic(const sc_core::sc_module_name& name, const config& options);

    /// Sink for the interrupt line of a device, to be connected to source 1..95; otherwise
    /// std::out_of_range.
    interrupt_source::sink source(unsigned number);
    /// Line to a hart's external interrupt input; std::out_of_range if there is no such context.
    interrupt_source& context(unsigned number) { return contexts_.at(number); }

private:
    using source_set = std::array<std::uint32_t, sources / 32>;
    struct state {
        source_set level = {};
        source_set pending = {};
        source_set claimed = {};
    };

    void on_reset() override;
    void update_irq() override;
    void set_level(unsigned source, bool level);
    void latch();
    std::uint32_t enabled(unsigned context, unsigned word) const;
    unsigned most_urgent(unsigned context) const;
    void claim(unsigned context);
    void complete(unsigned context, std::uint64_t source);

    state state_;
    std::vector<interrupt_source> contexts_;
};

}  // namespace luxlane::soc
