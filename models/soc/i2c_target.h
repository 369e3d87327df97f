#pragma once

#include <cstdint>

namespace luxlane::soc {

/// A chip on an I2C bus, as its controller drives it: one call per byte, acknowledge as result.
class i2c_target {
public:
    virtual ~i2c_target() = default;

    /// 7-bit address.
    virtual std::uint8_t address() const = 0;
    /// A (repeated) start condition with this target's address. Returns the acknowledge.
    virtual bool start(bool read) = 0;
    /// One byte from the controller. Returns the acknowledge.
    virtual bool write(std::uint8_t data) = 0;
    /// One byte to the controller.
    virtual std::uint8_t read() = 0;
    /// The stop condition.
    virtual void stop() = 0;
    /// Power-on state.
    virtual void reset() = 0;
};

}  // namespace luxlane::soc
