#pragma once

#include <cstdint>
#include <span>

namespace luxlane {

/// What a bus access may do to a register or field; the names are CMSIS-SVD's.
enum class register_access : std::uint8_t { read_write, read_only, write_only };

/// What a write of one does to the stored bits (SVD `modifiedWriteValues`).
enum class write_effect : std::uint8_t {
    store,
    one_to_clear,
    one_to_set,
    one_to_toggle,
    zero_to_clear,
    zero_to_set,
    zero_to_toggle,
    clear,
    set,
};

/// What a (non-debug) read does to the stored bits (SVD `readAction`).
enum class read_effect : std::uint8_t { none, clear, set, external };

/// One field of a register, bits `lsb` .. `lsb + width - 1`.
struct field_description {
    const char* name;
    std::uint8_t lsb;
    std::uint8_t width;
    register_access access;
    write_effect on_write;
    read_effect on_read;
    /// Described by the map but without behaviour in this model: warns when the guest sets it.
    bool unimplemented;
};

/// One register, or an array of `count` registers that are `stride` bytes apart.
struct register_description {
    const char* name;
    std::uint64_t offset;
    std::uint8_t bytes;
    std::uint32_t count;
    std::uint32_t stride;
    std::uint64_t reset;
    register_access access;
    /// Registers that share an offset belong to different alternate groups; 0 is always present.
    std::uint8_t alternate_group;
    /// First of this register's elements in the bank's value array.
    std::uint32_t first_value;
    std::span<const field_description> fields;
};

/// The whole map of a device, as the generator writes it.
struct register_map {
    const char* device;
    std::uint64_t size;
    std::uint32_t values;
    std::span<const register_description> registers;
};

/// A field's place, typed with what it holds: `bool`, an unsigned integer or a generated enum.
template <class Value>
struct register_field {
    using value_type = Value;
    std::uint16_t reg;
    std::uint8_t lsb;
    std::uint8_t width;

    constexpr std::uint64_t mask() const {
        return (width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1) << lsb;
    }
    constexpr Value decode(std::uint64_t raw) const {
        return static_cast<Value>((raw & mask()) >> lsb);
    }
    constexpr std::uint64_t encode(Value value) const {
        return (static_cast<std::uint64_t>(value) << lsb) & mask();
    }
};

}  // namespace luxlane
