#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "models/common/register_map.h"

namespace luxlane {

/// Who makes an access. A debug access sees the same values and changes nothing but what it writes.
struct access_context {
    std::uint64_t pc = 0;
    bool has_pc = false;
    bool debug = false;
};

enum class access_status : std::uint8_t { ok, address_error, size_error, command_error };

/// One accepted write to a register, as its hook sees it. `element` counts within an array.
struct register_write {
    std::uint32_t element;
    std::uint64_t old_value;  ///< stored before the write
    std::uint64_t written;    ///< as the bus delivered it, reserved bits removed
    std::uint64_t value;      ///< stored now: access modes and write effects applied
    const access_context& context;
};

/// The registers of one device: storage, access rules, counting and guest warnings. Pure C++.
///
/// Rules: naturally aligned accesses of the register's size; a 64-bit register may also be accessed
/// in 32-bit halves. No register: `address_error`. Wrong size or alignment: `size_error`. A read of
/// a write-only or a write of a read-only register: `command_error`. Writing ones to reserved or
/// unimplemented bits: accepted, ignored and warned about; read-only fields keep their value
/// silently. Each warning is given once per register and program counter and counted from then on.
/// Debug accesses ignore access modes, run no read effects, warn and count nothing.
class register_bank {
public:
    using warning_sink = std::function<void(const std::string&)>;
    using read_hook = std::function<std::uint64_t(std::uint32_t element, std::uint64_t stored)>;
    using effect_hook = std::function<void(std::uint32_t element)>;
    using write_hook = std::function<void(const register_write&)>;

    explicit register_bank(const register_map& map);

    /// Bus access to `bytes` bytes at `offset`; `data` is little-endian.
    access_status read(std::uint64_t offset, std::byte* data, unsigned bytes,
                       const access_context& context);
    access_status write(std::uint64_t offset, const std::byte* data, unsigned bytes,
                        const access_context& context);

    /// All values back to their documented resets; hooks are not run.
    void reset();

    /// Stored value of a register (generated `reg` enumerator), without hooks or effects.
    template <class Reg>
    std::uint64_t value(Reg reg, std::uint32_t element = 0) const {
        return values_[index(static_cast<std::uint16_t>(reg), element)];
    }
    template <class Reg>
    void set_value(Reg reg, std::uint64_t value, std::uint32_t element = 0) {
        values_[index(static_cast<std::uint16_t>(reg), element)] = value;
    }
    template <class Value>
    Value get(const register_field<Value>& field, std::uint32_t element = 0) const {
        return field.decode(values_[index(field.reg, element)]);
    }
    template <class Value>
    void set(const register_field<Value>& field, Value value, std::uint32_t element = 0) {
        auto& stored = values_[index(field.reg, element)];
        stored = (stored & ~field.mask()) | field.encode(value);
    }

    /// `hook` computes the value a read sees from the device's state; it must have no side effects.
    template <class Reg>
    void on_read(Reg reg, read_hook hook) {
        hooks_[static_cast<std::uint16_t>(reg)].read = std::move(hook);
    }
    /// `hook` runs after a read by a guest (never by a debugger), for pops and other effects.
    template <class Reg>
    void on_read_effect(Reg reg, effect_hook hook) {
        hooks_[static_cast<std::uint16_t>(reg)].effect = std::move(hook);
    }
    /// `hook` runs after the value was stored, also for debug writes.
    template <class Reg>
    void on_write(Reg reg, write_hook hook) {
        hooks_[static_cast<std::uint16_t>(reg)].write = std::move(hook);
    }

    /// Chooses which registers are visible where the map has alternates at one offset (0 = the
    /// plain ones, which are also used wherever the chosen group has none).
    void select_alternate(std::uint8_t group) { alternate_ = group; }

    void on_warning(warning_sink sink) { warn_ = std::move(sink); }

    const register_map& map() const { return map_; }
    std::uint64_t reads(std::uint16_t reg) const { return reads_[reg]; }
    std::uint64_t writes(std::uint16_t reg) const { return writes_[reg]; }
    std::uint64_t warnings() const { return warnings_; }

    /// Finds `register` or `register[element]` by its SVD name; false if there is none.
    bool find(const std::string& name, std::uint64_t& offset, unsigned& bytes) const;

    /// Everything a snapshot must keep.
    struct state {
        std::vector<std::uint64_t> values;
        std::uint8_t alternate = 0;
    };
    state save() const { return {values_, alternate_}; }
    void restore(const state& saved);

private:
    struct hook_set {
        read_hook read;
        effect_hook effect;
        write_hook write;
    };
    struct place {
        std::uint16_t reg;
        std::uint32_t element;
        unsigned shift;  ///< bit position of the access within a wider register
    };

    std::size_t index(std::uint16_t reg, std::uint32_t element) const {
        return map_.registers[reg].first_value + element;
    }
    access_status locate(std::uint64_t offset, unsigned bytes, bool write,
                         const access_context& context, place& found);
    void warn(std::uint64_t place, int kind, const access_context& context,
              const std::string& text);
    std::uint64_t apply_write(std::uint16_t reg, std::uint64_t old_value, std::uint64_t& written,
                              std::uint64_t changed_bits, const access_context& context);

    const register_map& map_;
    std::vector<std::uint64_t> values_;
    std::vector<hook_set> hooks_;
    std::vector<std::uint64_t> reads_;
    std::vector<std::uint64_t> writes_;
    std::vector<std::uint16_t> by_offset_;  ///< registers sorted by offset
    std::set<std::tuple<std::uint64_t, int, std::uint64_t>> warned_;
    std::uint64_t warnings_ = 0;
    std::uint8_t alternate_ = 0;
    warning_sink warn_;
};

}  // namespace luxlane
