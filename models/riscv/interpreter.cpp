// The interpreter's one function. Each handler ends with a computed jump to the next instruction's
// handler; the cycle budget is taken once per block, and everything that is exact about the place
// within a block (pc, cycles) is derived from the instruction's position only when somebody asks.

#include <cstring>
#include <limits>

#include "models/riscv/hart.h"

namespace luxlane::riscv {

namespace {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

uint64_t sext(int32_t value) { return static_cast<uint64_t>(static_cast<int64_t>(value)); }
uint64_t sext32(uint64_t value) { return sext(static_cast<int32_t>(value)); }
int64_t as_signed(uint64_t value) { return static_cast<int64_t>(value); }

uint64_t multiply_high(uint64_t a, uint64_t b) {
    return static_cast<uint64_t>((static_cast<uint128>(a) * b) >> 64);
}
uint64_t multiply_high_signed(uint64_t a, uint64_t b) {
    return static_cast<uint64_t>((static_cast<int128>(as_signed(a)) * as_signed(b)) >> 64);
}
uint64_t multiply_high_mixed(uint64_t a, uint64_t b) {
    return multiply_high(a, b) - (as_signed(a) < 0 ? b : 0);
}

// Division never traps: Volume I, table 7.1.
template <typename word>
word divide(word a, word b) {
    if (b == 0) {
        return static_cast<word>(-1);
    }
    if constexpr (std::numeric_limits<word>::is_signed) {
        if (a == std::numeric_limits<word>::min() && b == -1) {
            return a;
        }
    }
    return a / b;
}
template <typename word>
word remainder(word a, word b) {
    if (b == 0) {
        return a;
    }
    if constexpr (std::numeric_limits<word>::is_signed) {
        if (b == -1) {
            return 0;
        }
    }
    return a % b;
}

template <typename type>
uint64_t extend(type value) {
    return static_cast<uint64_t>(static_cast<int64_t>(value));
}

}  // namespace

#define NEXT() goto*(++code)->handler
#define ENTER()                 \
    do {                        \
        if (left < at->count) { \
            goto enter_partly;  \
        }                       \
        left -= at->count;      \
        code = at->code();      \
        goto * code->handler;   \
    } while (false)
// Makes executed(), current_pc() and shorten() work during the call that follows.
#define EXPOSE()      \
    do {              \
        block_ = at;  \
        code_ = code; \
        left_ = left; \
    } while (false)
#define PC() (at->pc + 2u * code->offset)
#define RS1 x[code->rs1]
#define RS2 x[code->rs2]
#define IMMEDIATE sext(code->immediate)
#define SHIFT code->immediate
#define W(value) static_cast<uint32_t>(value)
#define SW(value) static_cast<int32_t>(value)

#define COMPUTE(name, value)           \
    on_##name : x[code->rd] = (value); \
    NEXT()

#define LOAD(name, type)                                                   \
    on_##name : {                                                          \
        const uint64_t address = RS1 + IMMEDIATE;                          \
        const std::byte* host;                                             \
        if (memory_.load_hit<sizeof(type)>(address, host)) [[likely]] {    \
            type value;                                                    \
            std::memcpy(&value, host, sizeof value);                       \
            x[code->rd] = extend(value);                                   \
            NEXT();                                                        \
        }                                                                  \
        EXPOSE();                                                          \
        uint64_t value;                                                    \
        if (!load_slow(address, sizeof(type), value, access_kind::load)) { \
            goto trap;                                                     \
        }                                                                  \
        x[code->rd] = extend(static_cast<type>(value));                    \
        goto accessed;                                                     \
    }

#define STORE(name, type)                                                                     \
    on_##name : {                                                                             \
        const uint64_t address = RS1 + IMMEDIATE;                                             \
        std::byte* host;                                                                      \
        if (memory_.store_hit<sizeof(type)>(address, host)) [[likely]] {                      \
            const auto value = static_cast<type>(RS2);                                        \
            std::memcpy(host, &value, sizeof value);                                          \
            NEXT();                                                                           \
        }                                                                                     \
        EXPOSE();                                                                             \
        if (!store_slow(address, sizeof(type), static_cast<type>(RS2), access_kind::store)) { \
            goto trap;                                                                        \
        }                                                                                     \
        goto accessed;                                                                        \
    }

// Goes on with the block behind exit `slot`, which begins at `target`.
#define FOLLOW(slot, target)                 \
    do {                                     \
        if (block* known = at->next[slot]) { \
            at = known;                      \
            ENTER();                         \
        }                                    \
        state.pc = (target);                 \
        exit = (slot);                       \
        goto chain;                          \
    } while (false)

#define BRANCH(name, condition)                                 \
    on_##name : if (condition) { FOLLOW(1, PC() + IMMEDIATE); } \
    FOLLOW(0, at->pc + at->bytes)

run_result hart::execute() {
    static const void* const handlers[] = {
#define X(name) &&on_##name,
        LUXLANE_RISCV_OPERATIONS(X)
#undef X
    };
    cache_.set_stale_handler(handlers[static_cast<size_t>(operation::stale)]);

    uint64_t* const x = state.x;
    block* at = nullptr;
    const decoded_instruction* code = nullptr;
    uint64_t left = left_;  // cycles behind the end of block `at`
    unsigned exit = 0;
    stop_reason reason = stop_reason::budget;

dispatch:  // state.pc is exact, nothing is pending inside a block
    block_ = nullptr;
    left_ = left;
    attention_ = false;
    if (flush_requested_) {
        flush_requested_ = false;
        cache_.flush();
    }
    if (halt_requested_) {
        halt_requested_ = false;
        reason = stop_reason::halted;
        goto stop;
    }
    if (left == 0) {
        reason = shortened_ ? stop_reason::shortened : stop_reason::budget;
        goto stop;
    }
    take_interrupt();
    at = find_or_decode(handlers);
    left = left_;
    if (at == nullptr) {
        goto fetch_fault;
    }
    ENTER();

chain:  // leaves block `at` through `exit`, which is not linked yet
    if (left == 0 || attention_) {
        goto dispatch;
    }
    {
        block* const from = at;
        const uint64_t generation = cache_.generation();
        block_ = nullptr;
        left_ = left;
        at = find_or_decode(handlers);
        left = left_;
        if (at == nullptr) {
            goto fetch_fault;
        }
        if (at != &single_.header && generation == cache_.generation()) {
            from->next[exit] = at;
        }
        ENTER();
    }

enter_partly:  // the budget ends inside block `at`
    if (left == 0 || at->stale) {
        state.pc = at->pc;
        goto dispatch;
    }
    at = make_partial(*at, left, handlers[static_cast<size_t>(operation::end)]);
    ENTER();

accessed:  // after whatever may have called back: instruction `code` is complete
    if (!attention_) [[likely]] {
        NEXT();
    }
    left = left_ + (at->count - static_cast<uint64_t>(code - at->code()) - 1);
    state.pc = at->pc + 2u * (code + 1)->offset;
    goto dispatch;

trap:  // instruction `code` raised the exception in trap_; EXPOSE() has been done
    left = left_ + (at->count - static_cast<uint64_t>(code - at->code()) - 1);
    state.pc = PC();
    if (enter_exception()) {
        reason = stop_reason::locked_up;
        goto stop;
    }
    goto dispatch;

fetch_fault:  // state.pc cannot be fetched: that takes a cycle, too
    --left;
    if (enter_exception()) {
        reason = stop_reason::locked_up;
        goto stop;
    }
    goto dispatch;

stop:
    block_ = nullptr;
    left_ = left;
    return {limit_ - left, reason};

    COMPUTE(lui, IMMEDIATE);
    COMPUTE(auipc, PC() + IMMEDIATE);
    COMPUTE(addi, RS1 + IMMEDIATE);
    COMPUTE(li, IMMEDIATE);
    COMPUTE(mv, RS1);
    COMPUTE(slti, as_signed(RS1) < code->immediate);
    COMPUTE(sltiu, RS1 < IMMEDIATE);
    COMPUTE(xori, RS1 ^ IMMEDIATE);
    COMPUTE(ori, RS1 | IMMEDIATE);
    COMPUTE(andi, RS1 & IMMEDIATE);
    COMPUTE(slli, RS1 << SHIFT);
    COMPUTE(srli, RS1 >> SHIFT);
    COMPUTE(srai, static_cast<uint64_t>(as_signed(RS1) >> SHIFT));
    COMPUTE(addiw, sext32(RS1 + IMMEDIATE));
    COMPUTE(slliw, sext32(W(RS1) << SHIFT));
    COMPUTE(srliw, sext32(W(RS1) >> SHIFT));
    COMPUTE(sraiw, sext(SW(RS1) >> SHIFT));
    COMPUTE(add, RS1 + RS2);
    COMPUTE(sub, RS1 - RS2);
    COMPUTE(sll, RS1 << (RS2 & 63));
    COMPUTE(slt, as_signed(RS1) < as_signed(RS2));
    COMPUTE(sltu, RS1 < RS2);
    COMPUTE(xor_, RS1 ^ RS2);
    COMPUTE(srl, RS1 >> (RS2 & 63));
    COMPUTE(sra, static_cast<uint64_t>(as_signed(RS1) >> (RS2 & 63)));
    COMPUTE(or_, RS1 | RS2);
    COMPUTE(and_, RS1 & RS2);
    COMPUTE(addw, sext32(RS1 + RS2));
    COMPUTE(subw, sext32(RS1 - RS2));
    COMPUTE(sllw, sext32(W(RS1) << (RS2 & 31)));
    COMPUTE(srlw, sext32(W(RS1) >> (RS2 & 31)));
    COMPUTE(sraw, sext(SW(RS1) >> (RS2 & 31)));
    COMPUTE(mul, RS1 * RS2);
    COMPUTE(mulh, multiply_high_signed(RS1, RS2));
    COMPUTE(mulhsu, multiply_high_mixed(RS1, RS2));
    COMPUTE(mulhu, multiply_high(RS1, RS2));
    COMPUTE(div, static_cast<uint64_t>(divide(as_signed(RS1), as_signed(RS2))));
    COMPUTE(divu, divide(RS1, RS2));
    COMPUTE(rem, static_cast<uint64_t>(remainder(as_signed(RS1), as_signed(RS2))));
    COMPUTE(remu, remainder(RS1, RS2));
    COMPUTE(mulw, sext32(RS1 * RS2));
    COMPUTE(divw, sext(divide(SW(RS1), SW(RS2))));
    COMPUTE(divuw, sext32(divide(W(RS1), W(RS2))));
    COMPUTE(remw, sext(remainder(SW(RS1), SW(RS2))));
    COMPUTE(remuw, sext32(remainder(W(RS1), W(RS2))));

    LOAD(lb, int8_t)
    LOAD(lh, int16_t)
    LOAD(lw, int32_t)
    LOAD(ld, int64_t)
    LOAD(lbu, uint8_t)
    LOAD(lhu, uint16_t)
    LOAD(lwu, uint32_t)
    STORE(sb, uint8_t)
    STORE(sh, uint16_t)
    STORE(sw, uint32_t)
    STORE(sd, uint64_t)

on_atomic:
    EXPOSE();
    if (!execute_atomic(*code)) {
        goto trap;
    }
    goto accessed;

on_fence:  // accesses are performed in program order, one at a time
    NEXT();

    BRANCH(beq, RS1 == RS2);
    BRANCH(bne, RS1 != RS2);
    BRANCH(blt, as_signed(RS1) < as_signed(RS2));
    BRANCH(bge, as_signed(RS1) >= as_signed(RS2));
    BRANCH(bltu, RS1 < RS2);
    BRANCH(bgeu, RS1 >= RS2);

on_jal:
    x[code->rd] = at->pc + at->bytes;
    FOLLOW(1, PC() + IMMEDIATE);
on_j:
    FOLLOW(1, PC() + IMMEDIATE);
on_jalr : {
    const uint64_t target = (RS1 + IMMEDIATE) & ~uint64_t{1};
    x[code->rd] = at->pc + at->bytes;
    state.pc = target;
    // attention_ can be set here when the jump itself was fetched from a device.
    if (block* known = cache_.find_recent(target); known != nullptr && !attention_) [[likely]] {
        at = known;
        ENTER();
    }
    goto dispatch;
}

on_end:
    FOLLOW(0, at->pc + at->bytes);
on_stale:  // ENTER() has taken the cycles of instructions that are no more
    left += at->count;
    state.pc = at->pc;
    goto dispatch;

on_csr:
    EXPOSE();
    if (!execute_csr(*code)) {
        goto trap;
    }
    left = left_;
    if (attention_) {
        state.pc = at->pc + at->bytes;
        goto dispatch;
    }
    FOLLOW(0, at->pc + at->bytes);
on_fence_i:  // somebody may have written code without telling the hart
    flush_requested_ = true;
    state.pc = at->pc + at->bytes;
    goto dispatch;
on_mret:
    return_from_trap();
    goto dispatch;
on_wfi:
    state.pc = at->pc + at->bytes;
    state.waiting = !wake_pending();
    if (state.waiting) {
        reason = stop_reason::wfi;
        goto stop;
    }
    goto dispatch;
on_ecall:
    EXPOSE();
    trap_ = {exception_cause::machine_call, 0};
    goto trap;
on_ebreak:
    EXPOSE();
    trap_ = {exception_cause::breakpoint, PC()};
    goto trap;
on_illegal:
    EXPOSE();
    trap_ = {exception_cause::illegal_instruction, static_cast<uint32_t>(code->immediate)};
    goto trap;
}

}  // namespace luxlane::riscv
