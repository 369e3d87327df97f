#include "examples/device/dif_fan_monitor.h"

#include "regs/fan_monitor.h"

enum dif_result dif_fan_monitor_probe(struct mmio_region region, struct dif_fan_monitor* fan) {
    if (fan == NULL) {
        return dif_bad_argument;
    }
    if (mmio_read32(region, FAN_MONITOR_ID_OFFSET) != FAN_MONITOR_ID_RESET) {
        return dif_wrong_device;
    }
    fan->region = region;
    return dif_ok;
}

enum dif_result dif_fan_monitor_start(const struct dif_fan_monitor* fan, uint32_t fewest_pulses) {
    if (fan == NULL) {
        return dif_bad_argument;
    }
    if (fewest_pulses == 0 ||
        fewest_pulses > FAN_MONITOR_LIMIT_PULSES_MASK >> FAN_MONITOR_LIMIT_PULSES_LSB) {
        return dif_out_of_range;
    }
    mmio_write32(
        fan->region, FAN_MONITOR_LIMIT_OFFSET,
        field_place(fewest_pulses, FAN_MONITOR_LIMIT_PULSES_LSB, FAN_MONITOR_LIMIT_PULSES_MASK));
    mmio_write32(fan->region, FAN_MONITOR_IRQ_MASK_OFFSET, FAN_MONITOR_IRQ_MASK_TOO_SLOW_MASK);
    mmio_write32(fan->region, FAN_MONITOR_CONTROL_OFFSET, FAN_MONITOR_CONTROL_ENABLE_MASK);
    return dif_ok;
}

enum dif_result dif_fan_monitor_pulses(const struct dif_fan_monitor* fan, uint32_t* pulses) {
    if (fan == NULL || pulses == NULL) {
        return dif_bad_argument;
    }
    *pulses = mmio_read32(fan->region, FAN_MONITOR_PULSES_OFFSET);
    return dif_ok;
}

enum dif_result dif_fan_monitor_take_too_slow(const struct dif_fan_monitor* fan, bool* too_slow) {
    if (fan == NULL || too_slow == NULL) {
        return dif_bad_argument;
    }
    const uint32_t status = mmio_read32(fan->region, FAN_MONITOR_IRQ_STATUS_OFFSET);
    *too_slow = (status & FAN_MONITOR_IRQ_STATUS_TOO_SLOW_MASK) != 0;
    mmio_write32(fan->region, FAN_MONITOR_IRQ_STATUS_OFFSET, status);
    return dif_ok;
}
