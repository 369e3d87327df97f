#include "models/common/standard_device.h"

namespace luxlane {

standard_device::standard_device(const sc_core::sc_module_name& name, const register_map& map,
                                 const standard_registers& standard)
    : device(name, map), standard_(standard) {
    const register_field<bool> enable{standard.control, 0, 1};
    const register_field<bool> soft_reset{standard.control, 1, 1};
    const register_field<bool> ready{standard.status, 0, 1};
    const register_field<bool> take{standard.snapshot, 0, 1};
    bank_.on_write(standard.control, [this, soft_reset](const register_write& write) {
        if (soft_reset.decode(write.value)) {
            reset();
        } else {
            on_control(write);
        }
    });
    bank_.on_read(standard.status,
                  [this, enable, ready](auto, auto) { return ready.encode(bank_.get(enable)); });
    bank_.on_write(standard.snapshot, [this, take](const register_write& write) {
        if (take.decode(write.written)) {
            take_snapshot();
        }
    });
}

void standard_device::update_irq() {
    irq.set((bank_.value(standard_.irq_status) & bank_.value(standard_.irq_mask)) != 0);
}

void standard_device::take_snapshot() {
    for (const auto& each : counters_) {
        const std::uint64_t value = each.value();
        bank_.set_value(each.low, value & 0xFFFFFFFF);
        bank_.set_value(each.high, value >> 32);
    }
}

}  // namespace luxlane
