#include "models/common/register_bank.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <stdexcept>

namespace luxlane {
namespace {

enum warning_kind { no_register, wrong_size, wrong_mode, reserved_bits, unimplemented_bits };

constexpr std::uint64_t ones(unsigned bits) {
    return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::string hex(std::uint64_t value) {
    char text[19] = "0x";
    const auto end = std::to_chars(text + 2, text + sizeof text, value, 16).ptr;
    return {text, end};
}

std::uint64_t load(const std::byte* data, unsigned bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) {
        value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
    }
    return value;
}

void store(std::byte* data, unsigned bytes, std::uint64_t value) {
    for (unsigned i = 0; i < bytes; ++i) {
        data[i] = static_cast<std::byte>(value >> (8 * i));
    }
}

std::uint64_t mask_of(const field_description& field) { return ones(field.width) << field.lsb; }

}  // namespace

register_bank::register_bank(const register_map& map)
    : map_(map),
      values_(map.values),
      hooks_(map.registers.size()),
      reads_(map.registers.size()),
      writes_(map.registers.size()),
      by_offset_(map.registers.size()) {
    std::iota(by_offset_.begin(), by_offset_.end(), std::uint16_t{0});
    std::stable_sort(by_offset_.begin(), by_offset_.end(), [&](std::uint16_t a, std::uint16_t b) {
        return map_.registers[a].offset < map_.registers[b].offset;
    });
    reset();
}

void register_bank::reset() {
    for (const auto& reg : map_.registers) {
        std::fill_n(values_.begin() + reg.first_value, reg.count, reg.reset);
    }
    alternate_ = 0;
}

void register_bank::restore(const state& saved) {
    if (saved.values.size() != values_.size()) {
        throw std::logic_error(std::string(map_.device) + ": snapshot of another register map");
    }
    values_ = saved.values;
    alternate_ = saved.alternate;
}

bool register_bank::find(const std::string& name, std::uint64_t& offset, unsigned& bytes) const {
    const auto bracket = name.find('[');
    const std::string base = name.substr(0, bracket);
    std::uint32_t element = 0;
    if (bracket != std::string::npos) {
        const char* begin = name.data() + bracket + 1;
        const auto parsed = std::from_chars(begin, name.data() + name.size(), element);
        if (parsed.ec != std::errc{} || *parsed.ptr != ']') {
            return false;
        }
    }
    for (const auto& reg : map_.registers) {
        if (base == reg.name && element < reg.count) {
            offset = reg.offset + std::uint64_t{element} * reg.stride;
            bytes = reg.bytes;
            return true;
        }
    }
    return false;
}

void register_bank::warn(std::uint64_t place, int kind, const access_context& context,
                         const std::string& text) {
    ++warnings_;
    if (!warn_ || !warned_.emplace(place, kind, context.has_pc ? context.pc : ~0ULL).second) {
        return;
    }
    warn_(text + (context.has_pc ? " (pc " + hex(context.pc) + ")" : ""));
}

access_status register_bank::locate(std::uint64_t offset, unsigned bytes, bool write,
                                    const access_context& context, place& found) {
    const char* verb = write ? "write" : "read";
    const register_description* chosen = nullptr;
    bool mode_differs = false;
    const auto end = std::upper_bound(
        by_offset_.begin(), by_offset_.end(), offset,
        [&](std::uint64_t at, std::uint16_t reg) { return at < map_.registers[reg].offset; });
    // Alternates and arrays that interleave may start before the nearest register: walk back.
    for (auto it = end; it != by_offset_.begin();) {
        --it;
        const auto& reg = map_.registers[*it];
        const std::uint64_t distance = offset - reg.offset;
        const std::uint64_t element = reg.count > 1 ? distance / reg.stride : 0;
        const std::uint64_t within = distance - element * reg.stride;
        if (element >= reg.count || within >= reg.bytes) {
            continue;
        }
        if (reg.alternate_group != 0 && reg.alternate_group != alternate_) {
            continue;
        }
        const bool denied = !context.debug && reg.access == (write ? register_access::read_only
                                                                   : register_access::write_only);
        // A debugger prefers the register that a guest's access of the same kind would reach.
        const bool poor =
            reg.access == (write ? register_access::read_only : register_access::write_only);
        if (chosen && (denied || poor || (chosen->alternate_group != 0))) {
            continue;
        }
        if (denied) {
            mode_differs = true;
            found.reg = *it;
            continue;
        }
        chosen = &reg;
        found = {*it, static_cast<std::uint32_t>(element), static_cast<unsigned>(8 * within)};
        if (reg.alternate_group == alternate_ && alternate_ != 0) {
            break;
        }
    }
    if (!chosen) {
        if (mode_differs) {
            if (!context.debug) {
                warn(found.reg, wrong_mode, context,
                     std::string(verb) + " of " + (write ? "read-only" : "write-only") +
                         " register " + map_.registers[found.reg].name);
            }
            return access_status::command_error;
        }
        if (!context.debug) {
            warn(offset, no_register, context,
                 std::string(verb) + " at offset " + hex(offset) + ", where there is no register");
        }
        return access_status::address_error;
    }
    const bool whole = found.shift == 0 && bytes == chosen->bytes;
    const bool half = chosen->bytes == 8 && bytes == 4 && found.shift % 32 == 0;
    if (!whole && !half && !(context.debug && found.shift / 8 + bytes <= chosen->bytes)) {
        if (!context.debug) {
            warn(found.reg, wrong_size, context,
                 std::to_string(bytes) + "-byte " + verb + " at offset " + hex(offset) +
                     "; register " + chosen->name + " takes aligned accesses of " +
                     std::to_string(chosen->bytes) + " bytes");
        }
        return access_status::size_error;
    }
    return access_status::ok;
}

access_status register_bank::read(std::uint64_t offset, std::byte* data, unsigned bytes,
                                  const access_context& context) {
    place at{};
    if (const auto status = locate(offset, bytes, false, context, at);
        status != access_status::ok) {
        return status;
    }
    const auto& reg = map_.registers[at.reg];
    auto& stored = values_[index(at.reg, at.element)];
    const auto& hook = hooks_[at.reg];
    std::uint64_t value = hook.read ? hook.read(at.element, stored) : stored;
    for (const auto& field : reg.fields) {
        if (field.access == register_access::write_only) {
            value &= ~mask_of(field);
        }
    }
    store(data, bytes, value >> at.shift);
    if (context.debug) {
        return access_status::ok;
    }
    ++reads_[at.reg];
    for (const auto& field : reg.fields) {
        if (field.on_read == read_effect::clear) {
            stored &= ~mask_of(field);
        } else if (field.on_read == read_effect::set) {
            stored |= mask_of(field);
        }
    }
    if (hook.effect) {
        hook.effect(at.element);
    }
    return access_status::ok;
}

std::uint64_t register_bank::apply_write(std::uint16_t reg_index, std::uint64_t old_value,
                                         std::uint64_t& written, std::uint64_t accessed,
                                         const access_context& context) {
    const auto& reg = map_.registers[reg_index];
    std::uint64_t value = old_value;
    std::uint64_t known = 0;
    std::uint64_t unimplemented = 0;
    for (const auto& field : reg.fields) {
        const std::uint64_t mask = mask_of(field) & accessed;
        known |= mask;
        if (field.unimplemented) {
            unimplemented |= mask;
            continue;
        }
        const std::uint64_t data = written & mask;
        switch (context.debug ? write_effect::store : field.on_write) {
            case write_effect::store:
                if (field.access != register_access::read_only || context.debug) {
                    value = (value & ~mask) | data;
                }
                break;
            case write_effect::one_to_clear:
                value &= ~data;
                break;
            case write_effect::one_to_set:
                value |= data;
                break;
            case write_effect::one_to_toggle:
                value ^= data;
                break;
            case write_effect::zero_to_clear:
                value &= ~(mask & ~written);
                break;
            case write_effect::zero_to_set:
                value |= mask & ~written;
                break;
            case write_effect::zero_to_toggle:
                value ^= mask & ~written;
                break;
            case write_effect::clear:
                value &= ~mask;
                break;
            case write_effect::set:
                value |= mask;
                break;
        }
    }
    if (!context.debug) {
        if (const auto bits = written & accessed & ~known; bits != 0) {
            warn(reg_index, reserved_bits, context,
                 "write of " + hex(written) + " to register " + reg.name + " sets reserved bits " +
                     hex(bits) + ": ignored");
        }
        if (const auto bits = written & unimplemented; bits != 0) {
            warn(reg_index, unimplemented_bits, context,
                 "write of " + hex(written) + " to register " + reg.name + " sets bits " +
                     hex(bits) + ", which this model does not implement");
        }
    }
    written &= known;
    return value;
}

access_status register_bank::write(std::uint64_t offset, const std::byte* data, unsigned bytes,
                                   const access_context& context) {
    place at{};
    if (const auto status = locate(offset, bytes, true, context, at); status != access_status::ok) {
        return status;
    }
    auto& stored = values_[index(at.reg, at.element)];
    const std::uint64_t old_value = stored;
    std::uint64_t written = load(data, bytes) << at.shift;
    stored = apply_write(at.reg, old_value, written, ones(8 * bytes) << at.shift, context);
    if (!context.debug) {
        ++writes_[at.reg];
    }
    if (hooks_[at.reg].write) {
        hooks_[at.reg].write({at.element, old_value, written, stored, context});
    }
    return access_status::ok;
}

}  // namespace luxlane
