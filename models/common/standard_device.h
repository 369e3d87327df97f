#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/common/device.h"

namespace luxlane {

/// Indices of the registers that every block of the link begins with; their fields have the same
/// places in all of them (docs/link.md 5).
struct standard_registers {
    std::uint16_t control;
    std::uint16_t status;
    std::uint16_t irq_status;
    std::uint16_t irq_mask;
    std::uint16_t snapshot;

    /// Those of a generated `reg` enumeration.
    template <class Reg>
    static constexpr standard_registers of() {
        const auto index = [](Reg reg) { return static_cast<std::uint16_t>(reg); };
        return {index(Reg::control), index(Reg::status), index(Reg::irq_status),
                index(Reg::irq_mask), index(Reg::snapshot)};
    }
};

/// A device with the standard registers: CONTROL.SOFT_RESET resets it, STATUS.READY follows
/// CONTROL.ENABLE, the interrupt's level is IRQ_STATUS & IRQ_MASK, SNAPSHOT.TAKE copies its
/// counters to their registers. A hook that a derived class gives STATUS takes the place of this
/// one's.
class standard_device : public device {
protected:
    standard_device(const sc_core::sc_module_name& name, const register_map& map,
                    const standard_registers& standard);

    /// CONTROL was written, without SOFT_RESET.
    virtual void on_control(const register_write&) {}
    void update_irq() override;

    /// `value()` is a 64-bit counter that SNAPSHOT copies to the registers `low` and `high`.
    template <class Reg>
    void add_counter(Reg low, Reg high, std::function<std::uint64_t()> value) {
        counters_.push_back(
            {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high), std::move(value)});
    }

private:
    struct counter {
        std::uint16_t low;
        std::uint16_t high;
        std::function<std::uint64_t()> value;
    };

    void take_snapshot();

    const standard_registers standard_;
    std::vector<counter> counters_;
};

}  // namespace luxlane
