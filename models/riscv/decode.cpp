#include "models/riscv/decode.h"

#include "models/riscv/hart_state.h"

namespace luxlane::riscv {

namespace {

constexpr uint32_t bits(uint32_t word, unsigned high, unsigned low) {
    return (word >> low) & ((2u << (high - low)) - 1);
}

constexpr int32_t immediate_i(uint32_t w) { return static_cast<int32_t>(w) >> 20; }

constexpr int32_t immediate_s(uint32_t w) {
    return (static_cast<int32_t>(w & 0xfe000000) >> 20) | static_cast<int32_t>(bits(w, 11, 7));
}

constexpr int32_t immediate_b(uint32_t w) {
    return (static_cast<int32_t>(w & 0x80000000) >> 19) |
           static_cast<int32_t>(bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 | bits(w, 11, 8) << 1);
}

constexpr int32_t immediate_j(uint32_t w) {
    return (static_cast<int32_t>(w & 0x80000000) >> 11) |
           static_cast<int32_t>((w & 0x000ff000) | bits(w, 20, 20) << 11 | bits(w, 30, 21) << 1);
}

operation decode_register_operation(uint32_t funct7, uint32_t funct3) {
    using enum operation;
    static constexpr operation base[8] = {add, sll, slt, sltu, xor_, srl, or_, and_};
    static constexpr operation multiply[8] = {mul, mulh, mulhsu, mulhu, div, divu, rem, remu};
    switch (funct7) {
        case 0x00:
            return base[funct3];
        case 0x01:
            return multiply[funct3];
        case 0x20:
            return funct3 == 0 ? sub : funct3 == 5 ? sra : illegal;
        default:
            return illegal;
    }
}

operation decode_register_operation_32(uint32_t funct7, uint32_t funct3) {
    using enum operation;
    static constexpr operation base[8] = {addw,    sllw, illegal, illegal,
                                          illegal, srlw, illegal, illegal};
    static constexpr operation multiply[8] = {mulw, illegal, illegal, illegal,
                                              divw, divuw,   remw,    remuw};
    switch (funct7) {
        case 0x00:
            return base[funct3];
        case 0x01:
            return multiply[funct3];
        case 0x20:
            return funct3 == 0 ? subw : funct3 == 5 ? sraw : illegal;
        default:
            return illegal;
    }
}

operation decode_immediate_operation(uint32_t w, int32_t& immediate) {
    using enum operation;
    static constexpr operation plain[8] = {addi, illegal, slti, sltiu, xori, illegal, ori, andi};
    const uint32_t funct3 = bits(w, 14, 12);
    if (funct3 != 1 && funct3 != 5) {
        return plain[funct3];
    }
    immediate = static_cast<int32_t>(bits(w, 25, 20));
    const uint32_t funct6 = bits(w, 31, 26);
    if (funct3 == 1) {
        return funct6 == 0 ? slli : illegal;
    }
    return funct6 == 0 ? srli : funct6 == 0x10 ? srai : illegal;
}

operation decode_immediate_operation_32(uint32_t w, int32_t& immediate) {
    using enum operation;
    const uint32_t funct3 = bits(w, 14, 12);
    if (funct3 == 0) {
        return addiw;
    }
    immediate = static_cast<int32_t>(bits(w, 24, 20));
    const uint32_t funct7 = bits(w, 31, 25);
    if (funct3 == 1) {
        return funct7 == 0 ? slliw : illegal;
    }
    return funct3 != 5 ? illegal : funct7 == 0 ? srliw : funct7 == 0x20 ? sraiw : illegal;
}

operation decode_atomic(uint32_t w) {
    const uint32_t width = bits(w, 14, 12);
    if (width != 2 && width != 3) {
        return operation::illegal;
    }
    switch (bits(w, 31, 27)) {
        case 0x02:
            return bits(w, 24, 20) == 0 ? operation::atomic : operation::illegal;  // LR
        case 0x00:
        case 0x01:
        case 0x03:
        case 0x04:
        case 0x08:
        case 0x0c:
        case 0x10:
        case 0x14:
        case 0x18:
        case 0x1c:
            return operation::atomic;
        default:
            return operation::illegal;
    }
}

operation decode_system(uint32_t w) {
    using enum operation;
    const uint32_t funct3 = bits(w, 14, 12);
    if (funct3 != 0) {
        return funct3 == 4 ? illegal : csr;
    }
    switch (w) {
        case 0x00000073:
            return ecall;
        case 0x00100073:
            return ebreak;
        case 0x30200073:
            return mret;
        case 0x10500073:
            return wfi;
        default:
            return illegal;
    }
}

}  // namespace

instruction decode(uint32_t w) {
    using enum operation;
    if (instruction_bytes(static_cast<uint16_t>(w)) == 2) {
        return decode_compressed(static_cast<uint16_t>(w));
    }
    static constexpr operation loads[8] = {lb, lh, lw, ld, lbu, lhu, lwu, illegal};
    static constexpr operation stores[8] = {sb, sh, sw, sd, illegal, illegal, illegal, illegal};
    static constexpr operation branches[8] = {beq, bne, illegal, illegal, blt, bge, bltu, bgeu};

    const uint32_t funct3 = bits(w, 14, 12);
    const uint32_t funct7 = bits(w, 31, 25);
    const auto encoding = static_cast<int32_t>(w);
    instruction result;
    const uint32_t rd = bits(w, 11, 7);
    result.rd = static_cast<uint8_t>(rd == 0 ? sink_register : rd);
    result.rs1 = static_cast<uint8_t>(bits(w, 19, 15));
    result.rs2 = static_cast<uint8_t>(bits(w, 24, 20));
    result.immediate = immediate_i(w);

    switch (bits(w, 6, 0)) {
        case 0x03:
            result.op = loads[funct3];
            break;
        case 0x0f:
            // Fences with reserved fields execute as normal fences (Volume I, 2.7).
            result.op = funct3 == 0 ? fence : funct3 == 1 ? fence_i : illegal;
            break;
        case 0x13:
            result.op = decode_immediate_operation(w, result.immediate);
            break;
        case 0x17:
            result.op = auipc;
            result.immediate = static_cast<int32_t>(w & 0xfffff000);
            break;
        case 0x1b:
            result.op = decode_immediate_operation_32(w, result.immediate);
            break;
        case 0x23:
            result.op = stores[funct3];
            result.immediate = immediate_s(w);
            break;
        case 0x2f:
            result.op = decode_atomic(w);
            result.immediate = encoding;
            break;
        case 0x33:
            result.op = decode_register_operation(funct7, funct3);
            break;
        case 0x37:
            result.op = lui;
            result.immediate = static_cast<int32_t>(w & 0xfffff000);
            break;
        case 0x3b:
            result.op = decode_register_operation_32(funct7, funct3);
            break;
        case 0x63:
            result.op = branches[funct3];
            result.immediate = immediate_b(w);
            break;
        case 0x67:
            result.op = funct3 == 0 ? jalr : illegal;
            break;
        case 0x6f:
            result.op = rd == 0 ? j : jal;
            result.immediate = immediate_j(w);
            break;
        case 0x73:
            result.op = decode_system(w);
            result.immediate = encoding;
            break;
        default:
            break;
    }
    if (result.op == addi && result.rs1 == 0) {
        result.op = li;
    } else if (result.op == addi && result.immediate == 0) {
        result.op = mv;
    } else if (result.op == illegal) {
        result.immediate = encoding;
    }
    return result;
}

bool ends_block(operation op) {
    using enum operation;
    switch (op) {
        case jal:
        case j:
        case jalr:
        case beq:
        case bne:
        case blt:
        case bge:
        case bltu:
        case bgeu:
        case fence_i:
        case ecall:
        case ebreak:
        case mret:
        case wfi:
        case csr:
        case illegal:
        case end:
        case stale:
            return true;
        default:
            return false;
    }
}

}  // namespace luxlane::riscv
