#include "models/riscv/decode.h"
#include "models/riscv/hart_state.h"

namespace luxlane::riscv {

namespace {

using enum operation;

constexpr unsigned link_register = 1;
constexpr unsigned stack_pointer = 2;

/// Bit `from` of the encoding, moved to bit `to` of an immediate.
constexpr int32_t bit(uint16_t c, unsigned from, unsigned to) {
    return static_cast<int32_t>((c >> from) & 1u) << to;
}

/// Bits high..low of the encoding, moved so that `low` lands on bit `to`.
constexpr int32_t field(uint16_t c, unsigned high, unsigned low, unsigned to) {
    return static_cast<int32_t>((c >> low) & ((2u << (high - low)) - 1)) << to;
}

constexpr unsigned full_register(uint16_t c, unsigned low) { return (c >> low) & 31u; }
constexpr unsigned short_register(uint16_t c, unsigned low) { return 8 + ((c >> low) & 7u); }

constexpr int32_t immediate_6(uint16_t c) {
    return field(c, 6, 2, 0) | (bit(c, 12, 0) != 0 ? -32 : 0);
}

constexpr int32_t shift_amount(uint16_t c) { return field(c, 6, 2, 0) | bit(c, 12, 5); }

constexpr int32_t offset_w(uint16_t c) { return field(c, 12, 10, 3) | bit(c, 6, 2) | bit(c, 5, 6); }

constexpr int32_t offset_d(uint16_t c) { return field(c, 12, 10, 3) | field(c, 6, 5, 6); }

constexpr int32_t offset_jump(uint16_t c) {
    return field(c, 5, 3, 1) | bit(c, 11, 4) | bit(c, 2, 5) | bit(c, 7, 6) | bit(c, 6, 7) |
           field(c, 10, 9, 8) | bit(c, 8, 10) | (bit(c, 12, 0) != 0 ? -2048 : 0);
}

constexpr int32_t offset_branch(uint16_t c) {
    return field(c, 4, 3, 1) | field(c, 11, 10, 3) | bit(c, 2, 5) | field(c, 6, 5, 6) |
           (bit(c, 12, 0) != 0 ? -256 : 0);
}

constexpr instruction make(operation op, unsigned rd, unsigned rs1, unsigned rs2, int32_t value) {
    return {op, static_cast<uint8_t>(rd == 0 ? sink_register : rd), static_cast<uint8_t>(rs1),
            static_cast<uint8_t>(rs2), value};
}

constexpr instruction reserved(uint16_t c) { return make(illegal, 0, 0, 0, c); }

instruction quadrant_0(uint16_t c) {
    const unsigned rs1 = short_register(c, 7);
    const unsigned low = short_register(c, 2);
    switch (c >> 13) {
        case 0: {
            const int32_t value =
                field(c, 12, 11, 4) | field(c, 10, 7, 6) | bit(c, 6, 2) | bit(c, 5, 3);
            return value == 0 ? reserved(c) : make(addi, low, stack_pointer, 0, value);
        }
        case 2:
            return make(lw, low, rs1, 0, offset_w(c));
        case 3:
            return make(ld, low, rs1, 0, offset_d(c));
        case 6:
            return make(sw, 0, rs1, low, offset_w(c));
        case 7:
            return make(sd, 0, rs1, low, offset_d(c));
        default:
            return reserved(c);
    }
}

instruction quadrant_1_arithmetic(uint16_t c) {
    const unsigned rd = short_register(c, 7);
    const unsigned rs2 = short_register(c, 2);
    switch (field(c, 11, 10, 0)) {
        case 0:
            return make(srli, rd, rd, 0, shift_amount(c));
        case 1:
            return make(srai, rd, rd, 0, shift_amount(c));
        case 2:
            return make(andi, rd, rd, 0, immediate_6(c));
        default:
            break;
    }
    static constexpr operation selected[8] = {sub, xor_, or_, and_, subw, addw, illegal, illegal};
    const operation op = selected[field(c, 6, 5, 0) | bit(c, 12, 2)];
    return op == illegal ? reserved(c) : make(op, rd, rd, rs2, 0);
}

instruction quadrant_1(uint16_t c) {
    const unsigned rd = full_register(c, 7);
    const int32_t value = immediate_6(c);
    switch (c >> 13) {
        case 0:
            return make(addi, rd, rd, 0, value);
        case 1:
            return rd == 0 ? reserved(c) : make(addiw, rd, rd, 0, value);
        case 2:
            return make(li, rd, 0, 0, value);
        case 3: {
            if (value == 0) {
                return reserved(c);
            }
            if (rd != stack_pointer) {
                return make(lui, rd, 0, 0, value * 4096);
            }
            const int32_t step = bit(c, 6, 4) | bit(c, 2, 5) | bit(c, 5, 6) | field(c, 4, 3, 7) |
                                 (bit(c, 12, 0) != 0 ? -512 : 0);
            return make(addi, rd, rd, 0, step);
        }
        case 4:
            return quadrant_1_arithmetic(c);
        case 5:
            return make(j, 0, 0, 0, offset_jump(c));
        case 6:
            return make(beq, 0, short_register(c, 7), 0, offset_branch(c));
        default:
            return make(bne, 0, short_register(c, 7), 0, offset_branch(c));
    }
}

instruction quadrant_2_jump_or_move(uint16_t c) {
    const unsigned rd = full_register(c, 7);
    const unsigned rs2 = full_register(c, 2);
    const bool adds = bit(c, 12, 0) != 0;
    if (rs2 != 0) {
        return adds ? make(add, rd, rd, rs2, 0) : make(mv, rd, rs2, 0, 0);
    }
    if (rd == 0) {
        return adds ? make(ebreak, 0, 0, 0, 0) : reserved(c);
    }
    return make(jalr, adds ? link_register : 0, rd, 0, 0);
}

instruction quadrant_2(uint16_t c) {
    const unsigned rd = full_register(c, 7);
    const unsigned rs2 = full_register(c, 2);
    switch (c >> 13) {
        case 0:
            return make(slli, rd, rd, 0, shift_amount(c));
        case 2: {
            const int32_t offset = field(c, 6, 4, 2) | bit(c, 12, 5) | field(c, 3, 2, 6);
            return rd == 0 ? reserved(c) : make(lw, rd, stack_pointer, 0, offset);
        }
        case 3: {
            const int32_t offset = field(c, 6, 5, 3) | bit(c, 12, 5) | field(c, 4, 2, 6);
            return rd == 0 ? reserved(c) : make(ld, rd, stack_pointer, 0, offset);
        }
        case 4:
            return quadrant_2_jump_or_move(c);
        case 6:
            return make(sw, 0, stack_pointer, rs2, field(c, 12, 9, 2) | field(c, 8, 7, 6));
        case 7:
            return make(sd, 0, stack_pointer, rs2, field(c, 12, 10, 3) | field(c, 9, 7, 6));
        default:
            return reserved(c);
    }
}

}  // namespace

instruction decode_compressed(uint16_t c) {
    switch (c & 3) {
        case 0:
            return quadrant_0(c);
        case 1:
            return quadrant_1(c);
        default:
            return quadrant_2(c);
    }
}

}  // namespace luxlane::riscv
