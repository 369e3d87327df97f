#pragma once

#include <cstdint>

namespace luxlane::riscv {

// Every operation that the interpreter has a handler for. `li`, `mv` and `j` are cheaper forms of
// addi and jal; `end` and `stale` are not instructions but what a block of code may end in.
// clang-format off
#define LUXLANE_RISCV_OPERATIONS(X)                                                               \
    X(lui) X(auipc) X(jal) X(j) X(jalr)                                                           \
    X(beq) X(bne) X(blt) X(bge) X(bltu) X(bgeu)                                                   \
    X(lb) X(lh) X(lw) X(ld) X(lbu) X(lhu) X(lwu) X(sb) X(sh) X(sw) X(sd)                          \
    X(addi) X(li) X(mv) X(slti) X(sltiu) X(xori) X(ori) X(andi) X(slli) X(srli) X(srai)           \
    X(addiw) X(slliw) X(srliw) X(sraiw)                                                           \
    X(add) X(sub) X(sll) X(slt) X(sltu) X(xor_) X(srl) X(sra) X(or_) X(and_)                      \
    X(addw) X(subw) X(sllw) X(srlw) X(sraw)                                                       \
    X(mul) X(mulh) X(mulhsu) X(mulhu) X(div) X(divu) X(rem) X(remu)                               \
    X(mulw) X(divw) X(divuw) X(remw) X(remuw)                                                     \
    X(atomic) X(fence) X(fence_i) X(ecall) X(ebreak) X(mret) X(wfi) X(csr) X(illegal)             \
    X(end) X(stale)
// clang-format on

enum class operation : uint8_t {
#define X(name) name,
    LUXLANE_RISCV_OPERATIONS(X)
#undef X
};

/// One decoded instruction. `rd` is sink_register instead of x0. `immediate` is sign-extended, a
/// shift amount, or the whole encoding for operations that need it: csr, atomic and illegal.
struct instruction {
    operation op = operation::illegal;
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
    int32_t immediate = 0;
};

/// Length in bytes, 2 or 4, of the instruction that begins with these 16 bits. Longer formats are
/// reserved; they decode as illegal instructions of 4 bytes.
constexpr unsigned instruction_bytes(uint16_t first_half) { return (first_half & 3) == 3 ? 4 : 2; }

/// Decodes one RV64IMAC_Zicsr_Zifencei instruction (The RISC-V Instruction Set Manual, Volume I,
/// version 20191213). `encoding` has 16 or 32 significant bits, as instruction_bytes() says.
/// Reserved encodings give `illegal`; reserved hints execute as what they look like.
instruction decode(uint32_t encoding);

/// decode() for the 16-bit formats of RV64C without floating point (chapter 16).
instruction decode_compressed(uint16_t encoding);

/// True for operations that a block of code ends with: those that jump, or that change how the
/// following instructions have to be fetched or interrupted.
bool ends_block(operation op);

}  // namespace luxlane::riscv
