#include "models/soc/tmp102.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace luxlane::soc {

namespace {

// Configuration register, byte 1 in the upper half (datasheet, configuration register).
constexpr std::uint16_t one_shot = 0x8000;
constexpr std::uint16_t resolution = 0x6000;  // read-only, always 12 bits
constexpr unsigned fault_queue_lsb = 11;
constexpr std::uint16_t active_high = 0x0400;
constexpr std::uint16_t shutdown = 0x0100;
constexpr std::uint16_t alert_bit = 0x0020;  // read-only
constexpr std::uint16_t extended = 0x0010;
constexpr std::uint16_t writable = 0x1fd0;  // F1 F0 POL TM SD, CR1 CR0, EM

}  // namespace

tmp102::tmp102(std::uint8_t address, std::function<double()> temperature_c)
    : address_(address), temperature_c_(std::move(temperature_c)) {
    if (address_ < 0x48 || address_ > 0x4b) {
        throw std::invalid_argument("a TMP102 has an address of 0x48..0x4b");
    }
}

void tmp102::reset() { state_ = {}; }

/// Twos complement in units of 1/16 degree, left-justified in 16 bits: 12 bits, or 13 and a one in
/// bit 0 in extended mode; saturating (datasheet, temperature data formats).
std::uint16_t tmp102::encode(double celsius) const {
    const bool wide = (state_.registers[configuration] & extended) != 0;
    const double limit = wide ? 4096 : 2048;
    const double steps = std::clamp(std::round(celsius * 16), -limit, limit - 1);
    const int shifted = static_cast<int>(steps) * (wide ? 8 : 16);
    return static_cast<std::uint16_t>(shifted | (wide ? 1 : 0));
}

double tmp102::limit_c(pointer which) const {
    const bool wide = (state_.registers[configuration] & extended) != 0;
    const auto raw = static_cast<std::int16_t>(state_.registers[which]);
    return (wide ? raw >> 3 : raw >> 4) / 16.0;
}

void tmp102::convert() {
    const double celsius = temperature_c_();
    state_.registers[temperature] = encode(celsius);
    update_alert(celsius);
}

void tmp102::update_alert(double celsius) {
    static constexpr unsigned queue_lengths[] = {1, 2, 4, 6};
    const unsigned needed = queue_lengths[state_.registers[configuration] >> fault_queue_lsb & 3];
    const bool beyond =
        state_.alert ? celsius < limit_c(low_limit) : celsius >= limit_c(high_limit);
    state_.faults = beyond ? state_.faults + 1 : 0;
    if (state_.faults >= needed) {
        state_.alert = !state_.alert;
        state_.faults = 0;
    }
}

std::uint16_t tmp102::read_register() {
    const std::uint16_t config = state_.registers[configuration];
    if (state_.pointer == temperature && (config & shutdown) == 0) {
        convert();
    }
    if (state_.pointer == configuration) {
        const bool pin = state_.alert == ((config & active_high) != 0);
        // OS reads 1 in shutdown: a conversion that was asked for has ended (datasheet, one-shot).
        return static_cast<std::uint16_t>((config & writable) | resolution | (pin ? alert_bit : 0) |
                                          ((config & shutdown) != 0 ? one_shot : 0));
    }
    return state_.registers[state_.pointer];
}

void tmp102::write_configuration(std::uint16_t value) {
    state_.registers[configuration] = value & writable;
    if ((value & shutdown) != 0 && (value & one_shot) != 0) {
        convert();
    }
}

bool tmp102::start(bool read) {
    state_.byte = 0;
    state_.pointer_expected = !read;
    return true;
}

bool tmp102::write(std::uint8_t data) {
    if (state_.pointer_expected) {
        state_.pointer = data & 3;
        state_.pointer_expected = false;
        return true;
    }
    auto& stored = state_.registers[state_.pointer];
    const bool first = state_.byte++ % 2 == 0;
    const auto value = static_cast<std::uint16_t>(first ? (stored & 0x00ff) | data << 8
                                                        : (stored & 0xff00) | data);
    if (state_.pointer == configuration) {
        write_configuration(value);
    } else if (state_.pointer != temperature) {
        stored = value;
    }
    return true;
}

std::uint8_t tmp102::read() {
    const bool first = state_.byte++ % 2 == 0;
    // The second byte belongs to the conversion of the first.
    const std::uint16_t value =
        !first && state_.pointer == temperature ? state_.registers[temperature] : read_register();
    return static_cast<std::uint8_t>(first ? value >> 8 : value);
}

}  // namespace luxlane::soc
