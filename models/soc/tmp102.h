#pragma once

#include <cstdint>
#include <functional>

#include "models/soc/i2c_target.h"

namespace luxlane::soc {

/// Texas Instruments TMP102 digital temperature sensor (datasheet SBOS397): pointer register,
/// 12-bit and extended 13-bit temperature of 1/16 degree, configuration, T_LOW and T_HIGH.
/// Modelled: shutdown, one-shot conversions, the alert of the comparator mode with its polarity and
/// fault queue. A conversion happens whenever the temperature is read (in shutdown: when one is
/// asked for), so that a sensor that nobody reads costs nothing; the fault queue counts those.
/// Not modelled: conversion time and rate, interrupt mode (TM reads back, the alert stays that of
/// the comparator), general call, SMBus alert.
class tmp102 : public i2c_target {
public:
    /// `temperature_c` gives the sensor's true temperature, degrees Celsius.
    tmp102(std::uint8_t address, std::function<double()> temperature_c);

    std::uint8_t address() const override { return address_; }
    bool start(bool read) override;
    bool write(std::uint8_t data) override;
    std::uint8_t read() override;
    void stop() override {}
    void reset() override;

    /// True while the temperature is in alarm, whatever the polarity of the pin.
    bool alert() const { return state_.alert; }

private:
    enum pointer : std::uint8_t { temperature, configuration, low_limit, high_limit };
    struct state {
        std::uint8_t pointer = temperature;
        unsigned byte = 0;  ///< of the transfer, behind the pointer
        bool pointer_expected = false;
        std::uint16_t registers[4] = {0x0000, 0x60a0, 0x4b00, 0x5000};
        bool alert = false;
        unsigned faults = 0;  ///< consecutive conversions beyond the limit
    };

    void convert();
    void update_alert(double celsius);
    std::uint16_t encode(double celsius) const;
    double limit_c(pointer which) const;
    std::uint16_t read_register();
    void write_configuration(std::uint16_t value);

    std::uint8_t address_;
    std::function<double()> temperature_c_;
    state state_;
};

}  // namespace luxlane::soc
