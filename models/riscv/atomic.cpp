#include <algorithm>

#include "models/riscv/hart.h"

namespace luxlane::riscv {

namespace {

// funct5 of the A extension (Volume I, chapter 8).
enum atomic_function : uint32_t {
    AMOADD = 0x00,
    AMOSWAP = 0x01,
    LR = 0x02,
    SC = 0x03,
    AMOXOR = 0x04,
    AMOOR = 0x08,
    AMOAND = 0x0c,
    AMOMIN = 0x10,
    AMOMAX = 0x14,
    AMOMINU = 0x18,
    AMOMAXU = 0x1c,
};

uint64_t sign_extend(uint64_t value, unsigned bytes) {
    return bytes == 8 ? value
                      : static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value)));
}

/// What an AMO leaves in memory. Both values are sign-extended from the width of the access, which
/// keeps their order, signed and unsigned.
uint64_t combine(uint32_t function, uint64_t memory, uint64_t operand) {
    const auto a = static_cast<int64_t>(memory);
    const auto b = static_cast<int64_t>(operand);
    switch (function) {
        case AMOADD:
            return memory + operand;
        case AMOXOR:
            return memory ^ operand;
        case AMOOR:
            return memory | operand;
        case AMOAND:
            return memory & operand;
        case AMOMIN:
            return static_cast<uint64_t>(std::min(a, b));
        case AMOMAX:
            return static_cast<uint64_t>(std::max(a, b));
        case AMOMINU:
            return std::min(memory, operand);
        case AMOMAXU:
            return std::max(memory, operand);
        default:
            return operand;  // AMOSWAP
    }
}

}  // namespace

/// LR, SC and the AMOs, in memory and in devices alike. The caller stands in block_ and code_.
bool hart::execute_atomic(const decoded_instruction& code) {
    const auto encoding = static_cast<uint32_t>(code.immediate);
    const uint32_t function = encoding >> 27;
    const unsigned bytes = (encoding >> 12 & 1) != 0 ? 8 : 4;
    const uint64_t address = state.x[code.rs1];
    if ((address & (bytes - 1)) != 0) {
        return raise(function == LR ? exception_cause::load_address_misaligned
                                    : exception_cause::store_address_misaligned,
                     address);
    }
    const uint64_t operand = sign_extend(state.x[code.rs2], bytes);
    uint64_t memory = 0;

    if (function == SC) {
        const bool reserved =
            state.reservation_bytes == bytes && state.reservation_address == address;
        state.reservation_bytes = 0;
        // Comparing the value as well sees the stores of others through their own host pointers.
        bool success = false;
        if (reserved) {
            if (!load_slow(address, bytes, memory, access_kind::amo)) {
                return false;
            }
            success = sign_extend(memory, bytes) == state.reservation_value;
        }
        if (success && !store_slow(address, bytes, operand, access_kind::amo)) {
            return false;
        }
        state.x[code.rd] = success ? 0 : 1;
        return true;
    }

    if (!load_slow(address, bytes, memory, access_kind::amo)) {
        if (function == LR) {
            trap_.cause = exception_cause::load_access_fault;
        }
        return false;
    }
    memory = sign_extend(memory, bytes);
    if (function == LR) {
        state.reservation_address = address;
        state.reservation_value = memory;
        state.reservation_bytes = static_cast<uint8_t>(bytes);
    } else if (!store_slow(address, bytes, combine(function, memory, operand), access_kind::amo)) {
        return false;
    }
    state.x[code.rd] = memory;
    return true;
}

}  // namespace luxlane::riscv
