#include "models/riscv/hart.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace luxlane::riscv {

static_assert(std::endian::native == std::endian::little, "guest values are copied as they are");

namespace {

const void* handler_of(operation op, const void* const* handlers) {
    return handlers[static_cast<size_t>(op)];
}

decoded_instruction bind(const instruction& from, uint64_t offset, const void* const* handlers) {
    return {handler_of(from.op, handlers),    from.rd,       from.rs1, from.rs2,
            static_cast<uint8_t>(offset / 2), from.immediate};
}

}  // namespace

hart::hart(uint64_t hart_id, bus& platform, hart_options options)
    : id_(hart_id), bus_(platform), options_(std::move(options)), memory_(platform) {
    reset();
}

void hart::reset(uint64_t pc) {
    const uint64_t lines = state.mip;
    state = {};
    state.pc = pc;
    state.mip = lines;
    state.mstatus = MSTATUS_MPP;
    cache_.flush();
}

run_result hart::run(uint64_t budget) {
    limit_ = budget;
    left_ = budget;
    block_ = nullptr;
    counted_ = 0;
    shortened_ = false;
    if (state.waiting && !wake_pending()) {
        limit_ = left_ = 0;
        return {0, stop_reason::wfi};
    }
    state.waiting = false;
    attention_ = true;
    const run_result result = execute();
    catch_up(result.executed);
    return result;
}

uint64_t hart::executed() const {
    const uint64_t behind =
        block_ == nullptr ? 0 : block_->count - static_cast<uint64_t>(code_ - block_->code());
    return limit_ - left_ - behind;
}

uint64_t hart::current_pc() const {
    return block_ == nullptr ? state.pc : block_->pc + 2u * code_->offset;
}

void hart::shorten(uint64_t remaining) {
    const uint64_t now = executed() + 1;
    if (now < limit_ && remaining < limit_ - now) {
        left_ -= limit_ - now - remaining;
        limit_ = now + remaining;
        shortened_ = true;
        attention_ = true;
    }
}

void hart::request_halt() {
    halt_requested_ = true;
    attention_ = true;
}

void hart::set_interrupt(unsigned cause, bool level) {
    if (cause != machine_software_interrupt && cause != machine_timer_interrupt &&
        cause != machine_external_interrupt) {
        throw std::invalid_argument("hart " + std::to_string(id_) + " has no interrupt line " +
                                    std::to_string(cause));
    }
    const uint64_t bit = uint64_t{1} << cause;
    state.mip = level ? state.mip | bit : state.mip & ~bit;
    attention_ = true;
}

void hart::invalidate_code(uint64_t base, uint64_t size) {
    if (cache_.invalidate(base, size)) {
        attention_ = true;
    }
}

void hart::drop_direct_regions() {
    memory_.drop();
    flush_requested_ = true;
    attention_ = true;
}

void hart::cancel_reservation(uint64_t base, uint64_t size) {
    const uint64_t reserved = state.reservation_address;
    if (base < reserved + state.reservation_bytes && reserved < base + size) {
        state.reservation_bytes = 0;
    }
}

void hart::add_idle_cycles(uint64_t cycles) {
    if ((state.mcountinhibit & 1) == 0) {
        state.mcycle += cycles;
    }
}

/// Brings the counters up to date with `executed_now` cycles of this run.
void hart::catch_up(uint64_t executed_now) {
    const uint64_t passed = executed_now - counted_;
    if ((state.mcountinhibit & 1) == 0) {
        state.mcycle += passed;
    }
    if ((state.mcountinhibit & 4) == 0) {
        state.minstret += passed - unretired_;
    }
    counted_ = executed_now;
    unretired_ = 0;
}

bool hart::raise(exception_cause cause, uint64_t value) {
    trap_ = {cause, value};
    return false;
}

void hart::enter_trap(uint64_t cause, uint64_t value, uint64_t target) {
    state.mepc = state.pc;
    state.mcause = cause;
    state.mtval = value;
    const bool enabled = (state.mstatus & MSTATUS_MIE) != 0;
    state.mstatus = MSTATUS_MPP | (enabled ? MSTATUS_MPIE : 0);
    state.pc = target;
}

/// Takes the exception in trap_ at state.pc. Returns true if the hart is locked up: the handler's
/// own first instruction cannot be executed, so that the same exception would follow for ever.
bool hart::enter_exception() {
    const uint64_t target = state.mtvec & ~uint64_t{3};
    const bool locked =
        state.pc == target && (trap_.cause == exception_cause::instruction_access_fault ||
                               trap_.cause == exception_cause::illegal_instruction);
    ++unretired_;
    enter_trap(static_cast<uint64_t>(trap_.cause), trap_.value, target);
    return locked;
}

/// Enters the handler of the pending interrupt of highest priority, if one may interrupt now.
bool hart::take_interrupt() {
    const uint64_t pending = state.mip & state.mie;
    if (pending == 0 || (state.mstatus & MSTATUS_MIE) == 0) {
        return false;
    }
    // Volume II, 3.1.9: external before software before timer.
    unsigned cause = machine_timer_interrupt;
    for (const unsigned candidate : {machine_external_interrupt, machine_software_interrupt}) {
        if ((pending >> candidate & 1) != 0) {
            cause = candidate;
            break;
        }
    }
    const bool vectored = (state.mtvec & 3) == 1;
    const uint64_t base = state.mtvec & ~uint64_t{3};
    enter_trap(uint64_t{1} << 63 | cause, 0, vectored ? base + 4 * cause : base);
    return true;
}

void hart::return_from_trap() {
    const bool enable = (state.mstatus & MSTATUS_MPIE) != 0;
    state.mstatus = MSTATUS_MPP | MSTATUS_MPIE | (enable ? MSTATUS_MIE : 0);
    state.pc = state.mepc;
    attention_ = true;
}

bool hart::load_slow(uint64_t address, unsigned bytes, uint64_t& value, access_kind kind) {
    value = 0;
    if (const direct_region* region = memory_.lookup(address, bytes)) {
        std::memcpy(&value, region->data + (address - region->base), bytes);
        memory_.remember_load(address, *region);
        return true;
    }
    if (bus_.read(address, &value, bytes, kind) == bus_status::ok) {
        return true;
    }
    const bool store_like = kind == access_kind::amo;
    return raise(
        store_like ? exception_cause::store_access_fault : exception_cause::load_access_fault,
        address);
}

bool hart::store_slow(uint64_t address, unsigned bytes, uint64_t value, access_kind kind) {
    const direct_region* region = memory_.lookup(address, bytes);
    if (region != nullptr && region->writable) {
        std::memcpy(region->data + (address - region->base), &value, bytes);
        invalidate_code(address, bytes);
        if (!cache_.page_has_code(address)) {
            memory_.remember_store(address, *region);
        }
        return true;
    }
    if (bus_.write(address, &value, bytes, kind) != bus_status::ok) {
        return raise(exception_cause::store_access_fault, address);
    }
    invalidate_code(address, bytes);
    return true;
}

/// Reads 16 bits of code. `direct` becomes false if they did not come from direct memory.
bool hart::fetch_half(uint64_t address, uint16_t& half, bool& direct) {
    const direct_region* region = memory_.lookup(address, sizeof half);
    if (region != nullptr && region->executable) {
        std::memcpy(&half, region->data + (address - region->base), sizeof half);
        return true;
    }
    direct = false;
    if (bus_.read(address, &half, sizeof half, access_kind::fetch) == bus_status::ok) {
        return true;
    }
    return raise(exception_cause::instruction_access_fault, address);
}

/// The block at state.pc. Null if its first instruction cannot be fetched; trap_ then says why.
block* hart::find_or_decode(const void* const* handlers) {
    if (block* found = cache_.find(state.pc)) {
        return found;
    }
    std::array<decoded_instruction, block_instructions + 1> code;
    size_t count = 0;
    uint64_t offset = 0;
    bool ended = false;
    while (!ended && count < block_instructions) {
        const uint64_t pc = state.pc + offset;
        const bool first = count == 0;
        if (!first && (pc >> page_bits) != (state.pc >> page_bits)) {
            break;
        }
        // Only the first instruction may have effects on the bus: the others may never execute.
        const direct_region* region = memory_.lookup(pc, 4);
        if (!first && (region == nullptr || !region->executable)) {
            break;
        }
        bool direct = true;
        uint16_t low = 0;
        uint16_t high = 0;
        if (!fetch_half(pc, low, direct)) {
            return nullptr;
        }
        const unsigned bytes = instruction_bytes(low);
        if (bytes == 4 && !fetch_half(pc + 2, high, direct)) {
            return nullptr;
        }
        const instruction decoded = decode(static_cast<uint32_t>(high) << 16 | low);
        if (!direct) {
            return make_single(decoded, bytes, handlers);
        }
        code[count++] = bind(decoded, offset, handlers);
        offset += bytes;
        ended = ends_block(decoded.op);
    }
    const size_t entries = ended ? count : count + 1;
    if (!ended) {
        code[count] = bind({operation::end}, offset, handlers);
    }
    memory_.forget_store(state.pc);
    memory_.forget_store(state.pc + offset - 1);
    return cache_.insert(state.pc, {code.data(), entries}, static_cast<uint32_t>(count),
                         static_cast<uint32_t>(offset));
}

/// A block of one instruction that is fetched again each time.
block* hart::make_single(const instruction& decoded, uint32_t bytes, const void* const* handlers) {
    single_.header = {state.pc, 1, bytes, {nullptr, nullptr}, false};
    single_.header.code()[0] = bind(decoded, 0, handlers);
    single_.header.code()[1] = bind({operation::end}, bytes, handlers);
    return &single_.header;
}

/// The first `count` instructions of a longer block.
block* hart::make_partial(block& from, uint64_t count, const void* end_handler) {
    decoded_instruction* code = partial_.header.code();
    std::copy_n(from.code(), count, code);
    const uint8_t offset = from.code()[count].offset;
    code[count] = {end_handler, 0, 0, 0, offset, 0};
    partial_.header = {
        from.pc, static_cast<uint32_t>(count), 2u * offset, {nullptr, nullptr}, false};
    return &partial_.header;
}

}  // namespace luxlane::riscv
