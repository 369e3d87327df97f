#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

/// Encodings of RV64IMAC instructions as the unprivileged manual's tables 24.2 and 16.5 to 16.7
/// give them, written independently of the decoder under test.
namespace luxlane::riscv::assembler {

enum reg : uint32_t {
    zero,
    ra,
    sp,
    gp,
    tp,
    t0,
    t1,
    t2,
    s0,
    s1,
    a0,
    a1,
    a2,
    a3,
    a4,
    a5,
    a6,
    a7,
    s2,
    s3,
    s4,
    s5,
    s6,
    s7,
    s8,
    s9,
    s10,
    s11,
    t3,
    t4,
    t5,
    t6
};

constexpr uint32_t r_type(uint32_t opcode, uint32_t funct3, uint32_t funct7, uint32_t rd,
                          uint32_t rs1, uint32_t rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr uint32_t i_type(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1,
                          int32_t value) {
    return static_cast<uint32_t>(value) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr uint32_t s_type(uint32_t funct3, uint32_t rs2, uint32_t rs1, int32_t value) {
    const auto v = static_cast<uint32_t>(value);
    return (v >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (v & 31) << 7 | 0x23;
}
constexpr uint32_t b_type(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
    const auto v = static_cast<uint32_t>(offset);
    return (v >> 12 & 1) << 31 | (v >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
           (v >> 1 & 15) << 8 | (v >> 11 & 1) << 7 | 0x63;
}

constexpr uint32_t lui(uint32_t rd, uint32_t upper20) { return upper20 << 12 | rd << 7 | 0x37; }
constexpr uint32_t auipc(uint32_t rd, uint32_t upper20) { return upper20 << 12 | rd << 7 | 0x17; }
constexpr uint32_t jal(uint32_t rd, int32_t offset) {
    const auto v = static_cast<uint32_t>(offset);
    return (v >> 20 & 1) << 31 | (v >> 1 & 1023) << 21 | (v >> 11 & 1) << 20 |
           (v >> 12 & 255) << 12 | rd << 7 | 0x6f;
}
constexpr uint32_t jalr(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x67, 0, rd, rs1, v);
}

constexpr uint32_t beq(uint32_t a, uint32_t b, int32_t offset) { return b_type(0, a, b, offset); }
constexpr uint32_t bne(uint32_t a, uint32_t b, int32_t offset) { return b_type(1, a, b, offset); }
constexpr uint32_t blt(uint32_t a, uint32_t b, int32_t offset) { return b_type(4, a, b, offset); }

constexpr uint32_t lb(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 0, rd, rs1, v); }
constexpr uint32_t lh(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 1, rd, rs1, v); }
constexpr uint32_t lw(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 2, rd, rs1, v); }
constexpr uint32_t ld(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 3, rd, rs1, v); }
constexpr uint32_t lbu(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 4, rd, rs1, v); }
constexpr uint32_t lhu(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 5, rd, rs1, v); }
constexpr uint32_t lwu(uint32_t rd, uint32_t rs1, int32_t v) { return i_type(0x03, 6, rd, rs1, v); }
constexpr uint32_t sb(uint32_t rs2, uint32_t rs1, int32_t v) { return s_type(0, rs2, rs1, v); }
constexpr uint32_t sh(uint32_t rs2, uint32_t rs1, int32_t v) { return s_type(1, rs2, rs1, v); }
constexpr uint32_t sw(uint32_t rs2, uint32_t rs1, int32_t v) { return s_type(2, rs2, rs1, v); }
constexpr uint32_t sd(uint32_t rs2, uint32_t rs1, int32_t v) { return s_type(3, rs2, rs1, v); }

constexpr uint32_t addi(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x13, 0, rd, rs1, v);
}
constexpr uint32_t xori(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x13, 4, rd, rs1, v);
}
constexpr uint32_t andi(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x13, 7, rd, rs1, v);
}
constexpr uint32_t slli(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x13, 1, rd, rs1, v);
}
constexpr uint32_t srli(uint32_t rd, uint32_t rs1, int32_t v) {
    return i_type(0x13, 5, rd, rs1, v);
}
constexpr uint32_t add(uint32_t rd, uint32_t a, uint32_t b) { return r_type(0x33, 0, 0, rd, a, b); }
constexpr uint32_t sub(uint32_t rd, uint32_t a, uint32_t b) {
    return r_type(0x33, 0, 0x20, rd, a, b);
}
constexpr uint32_t xor_(uint32_t rd, uint32_t a, uint32_t b) {
    return r_type(0x33, 4, 0, rd, a, b);
}
constexpr uint32_t and_(uint32_t rd, uint32_t a, uint32_t b) {
    return r_type(0x33, 7, 0, rd, a, b);
}
constexpr uint32_t mul(uint32_t rd, uint32_t a, uint32_t b) { return r_type(0x33, 0, 1, rd, a, b); }

constexpr uint32_t csrrw(uint32_t rd, uint32_t csr, uint32_t rs1) {
    return csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73;
}
constexpr uint32_t csrrs(uint32_t rd, uint32_t csr, uint32_t rs1) {
    return csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73;
}
constexpr uint32_t csrrc(uint32_t rd, uint32_t csr, uint32_t rs1) {
    return csr << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x73;
}
constexpr uint32_t csrrwi(uint32_t rd, uint32_t csr, uint32_t value) {
    return csr << 20 | value << 15 | 5 << 12 | rd << 7 | 0x73;
}
constexpr uint32_t csrrsi(uint32_t rd, uint32_t csr, uint32_t value) {
    return csr << 20 | value << 15 | 6 << 12 | rd << 7 | 0x73;
}

/// `width` is 2 for .w and 3 for .d; `funct5` as in table 24.2.
constexpr uint32_t amo(uint32_t funct5, uint32_t width, uint32_t rd, uint32_t rs2, uint32_t rs1) {
    return r_type(0x2f, width, funct5 << 2, rd, rs1, rs2);
}
inline constexpr uint32_t LR = 2, SC = 3, AMOADD = 0, AMOSWAP = 1, AMOMIN = 16, AMOMAXU = 28;

inline constexpr uint32_t fence = 0x0ff0000f, fence_i = 0x0000100f, ecall = 0x00000073,
                          ebreak = 0x00100073, mret = 0x30200073, wfi = 0x10500073,
                          nop = 0x00000013;
inline constexpr uint16_t c_nop = 0x0001, c_ebreak = 0x9002;

/// c.li rd, value (-32..31).
constexpr uint16_t c_li(uint32_t rd, int32_t value) {
    const auto v = static_cast<uint32_t>(value);
    return static_cast<uint16_t>(0x4001 | (v >> 5 & 1) << 12 | rd << 7 | (v & 31) << 2);
}
/// c.addi rd, value (-32..31).
constexpr uint16_t c_addi(uint32_t rd, int32_t value) {
    return static_cast<uint16_t>(c_li(rd, value) & ~0x4000);
}

/// Machine code that grows at its end.
class code {
public:
    explicit code(uint64_t base) : base_(base) {}

    void half(uint16_t value) {
        bytes_.push_back(static_cast<uint8_t>(value));
        bytes_.push_back(static_cast<uint8_t>(value >> 8));
    }
    void word(uint32_t value) {
        half(static_cast<uint16_t>(value));
        half(static_cast<uint16_t>(value >> 16));
    }
    template <typename... words>
    void emit(words... values) {
        (word(values), ...);
    }
    /// rd = value, in at most eight instructions, no memory.
    void load_immediate(uint32_t rd, uint64_t value) {
        const auto narrow = static_cast<int32_t>(static_cast<uint32_t>(value));
        if (static_cast<uint64_t>(static_cast<int64_t>(narrow)) == value) {
            const int32_t low = low_12(value);
            const uint32_t upper = static_cast<uint32_t>(value - static_cast<uint64_t>(low)) >> 12;
            word(lui(rd, upper & 0xfffff));
            word(i_type(0x1b, 0, rd, rd, low));  // addiw
            return;
        }
        const int32_t low = low_12(value);
        const uint64_t rest = value - static_cast<uint64_t>(static_cast<int64_t>(low));
        load_immediate(rd, static_cast<uint64_t>(static_cast<int64_t>(rest) >> 12));
        word(slli(rd, rd, 12));
        word(addi(rd, rd, low));
    }

    uint64_t here() const { return base_ + bytes_.size(); }
    uint64_t base() const { return base_; }
    /// Offset of a jump or branch at here() to `target`.
    int32_t to(uint64_t target) const { return static_cast<int32_t>(target - here()); }
    void patch(uint64_t address, uint32_t value) {
        std::memcpy(&bytes_[address - base_], &value, sizeof value);
    }
    const std::vector<uint8_t>& bytes() const { return bytes_; }

private:
    static int32_t low_12(uint64_t value) {
        return static_cast<int32_t>((value & 0xfff) ^ 0x800) - 0x800;
    }
    uint64_t base_;
    std::vector<uint8_t> bytes_;
};

}  // namespace luxlane::riscv::assembler
