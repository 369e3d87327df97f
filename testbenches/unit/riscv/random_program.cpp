#include "testbenches/unit/riscv/random_program.h"

#include <array>
#include <functional>

namespace luxlane::riscv {

namespace {

using namespace assembler;
using layout = program_layout;

// Offsets of the program's variables: x1..x31 stand at 8 to 248.
constexpr int32_t SIGNATURE_POINTER = 256, TABLE_POINTER = 264, TRAP_HASH = 272, SAVED_X30 = 280,
                  MULTIPLIER = 288, TABLE_MASK = 296, SAVED_X29 = 304, ROUNDS = 312, FIRST = 320;

constexpr uint32_t MSCRATCH = 0x340, MEPC = 0x341, MCAUSE = 0x342, MTVAL = 0x343, MTVEC = 0x305;
constexpr uint32_t x29 = 29, x30 = 30, x31 = 31;
constexpr unsigned tables = 64;
constexpr uint64_t table_bytes = 256;

class builder {
public:
    explicit builder(uint64_t seed) : random_(seed), code_(layout::ram_base) {}

    uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
    uint64_t any() { return random_(); }
    bool one_in(uint32_t n) { return below(n) == 0; }
    code& out() { return code_; }

    /// Entry, trap handler and the subroutine between pieces; then the pieces that `emit` makes.
    random_program build(unsigned pieces, unsigned rounds,
                         const std::function<uint64_t(unsigned)>& initial_register,
                         const std::function<void(unsigned)>& emit);

private:
    void emit_handler();
    void emit_between();
    void put64(uint64_t address, uint64_t value) {
        std::memcpy(&result_.image[address - layout::ram_base], &value, sizeof value);
    }

    std::mt19937_64 random_;
    code code_;
    random_program result_;
};

/// Adds cause, pc and value of a trap to TRAP_HASH and returns behind the instruction.
void builder::emit_handler() {
    code_.word(csrrw(x31, MSCRATCH, x31));
    code_.emit(sd(x30, x31, SAVED_X30), sd(x29, x31, SAVED_X29), ld(x29, x31, TRAP_HASH));
    // mtval of an ebreak may be its pc or zero (Volume II, 3.1.16): made equal here.
    code_.emit(csrrs(x30, MCAUSE, zero), addi(x30, x30, -3), bne(x30, zero, 8));
    code_.word(csrrw(zero, MTVAL, zero));
    for (const uint32_t csr : {MCAUSE, MEPC, MTVAL}) {
        code_.emit(csrrs(x30, csr, zero), xor_(x29, x29, x30), ld(x30, x31, MULTIPLIER),
                   mul(x29, x29, x30));
    }
    code_.emit(sd(x29, x31, TRAP_HASH), csrrs(x30, MEPC, zero), lhu(x29, x30, 0));
    code_.emit(andi(x29, x29, 3), addi(x30, x30, 2), addi(x29, x29, -3), bne(x29, zero, 8));
    code_.emit(addi(x30, x30, 2), csrrw(zero, MEPC, x30));
    code_.emit(ld(x30, x31, SAVED_X30), ld(x29, x31, SAVED_X29), csrrw(x31, MSCRATCH, x31), mret);
}

/// Called with its return address in x1: hashes the registers, loads the next table of them.
void builder::emit_between() {
    code_.word(csrrw(x31, MSCRATCH, x31));
    for (uint32_t i = 1; i < 31; ++i) {
        code_.word(sd(i, x31, static_cast<int32_t>(8 * i)));
    }
    code_.emit(csrrw(t0, MSCRATCH, x31), sd(t0, x31, 248));
    code_.emit(ld(t1, x31, TRAP_HASH), ld(t2, x31, MULTIPLIER));
    for (int32_t i = 1; i < 32; ++i) {
        code_.emit(ld(s0, x31, 8 * i), xor_(t1, t1, s0), mul(t1, t1, t2));
        code_.emit(srli(s0, t1, 29), xor_(t1, t1, s0));
    }
    code_.emit(ld(s0, x31, SIGNATURE_POINTER), sd(t1, s0, 0), addi(s0, s0, 8));
    code_.emit(sd(s0, x31, SIGNATURE_POINTER), sd(zero, x31, TRAP_HASH));
    code_.emit(ld(s1, x31, TABLE_POINTER), addi(s0, s1, table_bytes), ld(t2, x31, TABLE_MASK));
    code_.emit(and_(s0, s0, t2), sd(s0, x31, TABLE_POINTER), addi(x31, s1, 0));
    for (uint32_t i = 2; i < 32; ++i) {
        code_.word(ld(i, x31, static_cast<int32_t>(8 * i)));
    }
    code_.word(jalr(zero, ra, 0));
}

random_program builder::build(unsigned pieces, unsigned rounds,
                              const std::function<uint64_t(unsigned)>& initial_register,
                              const std::function<void(unsigned)>& emit) {
    result_.rounds = rounds;
    result_.image.resize(layout::compared_bytes);
    // Before the pieces, so that a program with fewer of them has the same beginning.
    for (unsigned table = 0; table < tables; ++table) {
        for (unsigned r = 2; r < 32; ++r) {
            put64(layout::register_tables + table * table_bytes + 8 * r, initial_register(r));
        }
    }
    for (uint64_t offset = 0; offset < 0x2000; offset += 8) {
        put64(layout::scratch - 0x1000 + offset, any());
    }

    const uint64_t jump_to_start = code_.here();
    code_.word(nop);
    const uint64_t handler = code_.here();
    emit_handler();
    const uint64_t between = code_.here();
    emit_between();
    code_.patch(jump_to_start, jal(zero, static_cast<int32_t>(code_.here() - jump_to_start)));

    code_.load_immediate(t0, handler);
    code_.word(csrrw(zero, MTVEC, t0));
    code_.load_immediate(t0, layout::variables);
    code_.word(csrrw(zero, MSCRATCH, t0));
    for (uint32_t r = 1; r < 32; ++r) {
        code_.word(addi(r, zero, 0));
    }
    const uint64_t first = code_.here();
    code_.word(jal(ra, code_.to(between)));
    for (unsigned piece = 0; piece < pieces; ++piece) {
        result_.piece_at.push_back(code_.here());
        emit(piece);
        code_.word(jal(ra, code_.to(between)));
    }
    result_.piece_at.push_back(code_.here());
    code_.load_immediate(x31, layout::variables);
    code_.emit(ld(t0, x31, ROUNDS), addi(t0, t0, -1), sd(t0, x31, ROUNDS));
    code_.emit(beq(t0, zero, 12), ld(t0, x31, FIRST), jalr(zero, t0, 0));
    code_.load_immediate(t0, 0x100000);
    code_.load_immediate(t1, 0x5555);
    code_.emit(sw(t1, t0, 0), jal(zero, 0));

    std::copy(code_.bytes().begin(), code_.bytes().end(), result_.image.begin());
    const auto variable = [&](int32_t offset, uint64_t value) {
        put64(layout::variables + static_cast<uint64_t>(offset), value);
    };
    variable(SIGNATURE_POINTER, layout::signature);
    variable(TABLE_POINTER, layout::register_tables);
    variable(MULTIPLIER, 0x9e3779b97f4a7c15);
    variable(TABLE_MASK, ~(tables * table_bytes));
    variable(ROUNDS, rounds);
    variable(FIRST, first);
    return std::move(result_);
}

/// Emits random instructions. x2 and x30 point into the scratch area and are never written; x29 is
/// written by loops only.
class instruction_mix {
public:
    explicit instruction_mix(builder& b) : b_(b), c_(b.out()) {}

    uint64_t corner_value() {
        static constexpr uint64_t corners[] = {0,
                                               1,
                                               2,
                                               ~uint64_t{0},
                                               ~uint64_t{1},
                                               0x7fffffff,
                                               0x80000000,
                                               0xffffffff,
                                               0x100000000,
                                               0xffffffff80000000,
                                               0xffffffff7fffffff,
                                               uint64_t{1} << 63,
                                               ~uint64_t{0} >> 1,
                                               63,
                                               64,
                                               31,
                                               32,
                                               0x8000,
                                               0xff,
                                               0x80};
        switch (b_.below(4)) {
            case 0:
                return b_.any();
            case 1:
                return b_.any() >> b_.below(64);
            default:
                return corners[b_.below(std::size(corners))];
        }
    }

    void one();

private:
    uint32_t source() { return b_.below(32); }
    uint32_t destination() {
        const uint32_t r = b_.below(32);
        return r == 2 || r >= 29 ? 10 : r;
    }
    uint32_t short_register() { return 8 + b_.below(8); }
    int32_t immediate() {
        static constexpr int32_t corners[] = {0, 1, -1, 2047, -2048, 31, 32};
        return b_.one_in(3) ? corners[b_.below(std::size(corners))]
                            : static_cast<int32_t>(b_.below(4096)) - 2048;
    }
    int32_t aligned(int32_t step) { return immediate() & -step; }

    void register_operation();
    void immediate_operation();
    void load_or_store();
    void atomic();
    void forward_jump();
    void loop();
    void compressed_operation();
    void compressed_memory();
    void trap();
    void csr();
    void modify_code();
    uint32_t plain_word();

    builder& b_;
    code& c_;
};

uint32_t instruction_mix::plain_word() {
    return r_type(0x33, b_.below(8), 0, destination(), source(), source());
}

void instruction_mix::register_operation() {
    struct kind {
        uint32_t opcode, funct3, funct7;
    };
    static constexpr kind kinds[] = {
        {0x33, 0, 0}, {0x33, 1, 0},    {0x33, 2, 0},    {0x33, 3, 0},    {0x33, 4, 0}, {0x33, 5, 0},
        {0x33, 6, 0}, {0x33, 7, 0},    {0x33, 0, 0x20}, {0x33, 5, 0x20}, {0x3b, 0, 0}, {0x3b, 1, 0},
        {0x3b, 5, 0}, {0x3b, 0, 0x20}, {0x3b, 5, 0x20}, {0x33, 0, 1},    {0x33, 1, 1}, {0x33, 2, 1},
        {0x33, 3, 1}, {0x33, 4, 1},    {0x33, 5, 1},    {0x33, 6, 1},    {0x33, 7, 1}, {0x3b, 0, 1},
        {0x3b, 4, 1}, {0x3b, 5, 1},    {0x3b, 6, 1},    {0x3b, 7, 1}};
    const kind k = kinds[b_.below(std::size(kinds))];
    c_.word(r_type(k.opcode, k.funct3, k.funct7, destination(), source(), source()));
}

void instruction_mix::immediate_operation() {
    const uint32_t rd = destination();
    switch (b_.below(8)) {
        case 0:
            c_.word(lui(rd, b_.below(1 << 20)));
            break;
        case 1:
            c_.word(auipc(rd, b_.below(1 << 20)));
            break;
        case 2:
            c_.word(i_type(0x1b, 0, rd, source(), immediate()));
            break;
        case 3: {  // shifts of 64 bits
            const bool right = b_.one_in(2);
            const uint32_t arithmetic = right && b_.one_in(2) ? 0x400 : 0;
            const auto amount = static_cast<int32_t>(b_.below(64) | arithmetic);
            c_.word(i_type(0x13, right ? 5 : 1, rd, source(), amount));
            break;
        }
        case 4: {  // shifts of 32 bits
            const bool right = b_.one_in(2);
            const uint32_t arithmetic = right && b_.one_in(2) ? 0x400 : 0;
            const auto amount = static_cast<int32_t>(b_.below(32) | arithmetic);
            c_.word(i_type(0x1b, right ? 5 : 1, rd, source(), amount));
            break;
        }
        default: {
            static constexpr uint32_t functions[] = {0, 2, 3, 4, 6, 7};
            c_.word(i_type(0x13, functions[b_.below(6)], rd, source(), immediate()));
        }
    }
}

void instruction_mix::load_or_store() {
    const uint32_t base = b_.one_in(2) ? x30 : sp;
    if (b_.one_in(2)) {
        c_.word(i_type(0x03, b_.below(7), destination(), base, immediate()));
    } else {
        c_.word(s_type(b_.below(4), source(), base, immediate()));
    }
}

void instruction_mix::atomic() {
    static constexpr uint32_t functions[] = {0, 1, 4, 8, 12, 16, 20, 24, 28};
    const uint32_t pointer = 3 + b_.below(20);
    const uint32_t width = 2 + b_.below(2);
    c_.word(addi(pointer, x30, aligned(8)));
    if (!b_.one_in(4)) {
        c_.word(amo(functions[b_.below(std::size(functions))], width, destination(), source(),
                    pointer));
        return;
    }
    const uint32_t loaded = destination();
    c_.word(amo(LR, width, loaded == pointer ? 23 : loaded, zero, pointer));
    if (b_.one_in(3)) {
        c_.word(sw(source(), pointer, 0));
    }
    c_.word(amo(SC, width, destination(), source(), pointer));
}

void instruction_mix::forward_jump() {
    const auto skipped = static_cast<int32_t>(b_.below(3));
    const int32_t offset = 4 + 4 * skipped;
    static constexpr uint32_t conditions[] = {0, 1, 4, 5, 6, 7};
    switch (b_.below(6)) {
        case 0:
            c_.word(jal(destination(), offset));
            break;
        case 1: {
            const uint32_t pointer = destination() | 1;
            c_.emit(auipc(pointer, 0), jalr(destination(), pointer, offset + 4 + 1));
            break;
        }
        case 2: {  // c.beqz, c.bnez over up to three words
            const uint32_t o = static_cast<uint32_t>(offset) - 2;
            c_.half(static_cast<uint16_t>((b_.one_in(2) ? 0xc001 : 0xe001) | (o >> 3 & 3) << 10 |
                                          b_.below(8) << 7 | (o >> 1 & 3) << 3));
            break;
        }
        case 3: {  // c.j
            const uint32_t o = static_cast<uint32_t>(offset) - 2;
            c_.half(static_cast<uint16_t>(0xa001 | (o >> 1 & 7) << 3));
            break;
        }
        default:
            c_.word(b_type(conditions[b_.below(6)], source(), source(), offset));
    }
    for (int32_t i = 0; i < skipped; ++i) {
        c_.word(plain_word());
    }
}

void instruction_mix::loop() {
    c_.word(addi(x29, zero, static_cast<int32_t>(1 + b_.below(5))));
    const uint64_t top = c_.here();
    for (uint32_t i = 1 + b_.below(3); i > 0; --i) {
        register_operation();
    }
    load_or_store();
    c_.word(addi(x29, x29, -1));
    c_.word(bne(x29, zero, c_.to(top)));
}

void instruction_mix::compressed_operation() {
    const uint32_t rd = destination();
    const uint32_t wide = b_.below(32);
    const uint32_t five = wide << 2;
    const uint32_t six = five | b_.below(2) << 12;
    const uint32_t short_rd = (short_register() - 8) << 7;
    const uint32_t nonzero = rd == 0 ? 10 : rd;
    const auto half = [&](uint32_t value) { c_.half(static_cast<uint16_t>(value)); };
    switch (b_.below(10)) {
        case 0:
            half(0x0001 | rd << 7 | six);
            break;  // c.addi
        case 1:
            half(0x2001 | nonzero << 7 | six);
            break;  // c.addiw
        case 2:
            half(0x4001 | rd << 7 | six);
            break;  // c.li
        case 3:
            half(0x6001 | nonzero << 7 | six | 1 << 2);
            break;  // c.lui
        case 4:
            half(0x8001 | short_rd | b_.below(2) << 10 | six);
            break;  // c.srli, c.srai
        case 5:
            half(0x8801 | short_rd | six);
            break;  // c.andi
        case 6:
            half(0x8c01 | short_rd | b_.below(4) << 5 | b_.below(8) << 2);
            break;  // c.sub ..
        case 7:
            half(0x9c01 | short_rd | b_.below(2) << 5 | b_.below(8) << 2);
            break;  // c.subw ..
        case 8:
            half(0x0002 | rd << 7 | six);
            break;  // c.slli
        default:
            half(0x8002 | b_.below(2) << 12 | rd << 7 | (1 + b_.below(31)) << 2);  // c.mv, c.add
    }
}

void instruction_mix::compressed_memory() {
    const uint32_t pointer = short_register();
    const uint32_t data = (short_register() - 8) << 2;
    const uint32_t offset = b_.below(8) << 10 | b_.below(4) << 5;
    const uint32_t wide_offset = b_.below(64) << 7;
    const auto half = [&](uint32_t value) { c_.half(static_cast<uint16_t>(value)); };
    switch (b_.below(8)) {
        case 0:
            half(0x0010 | (1 + b_.below(255)) << 5);
            break;  // c.addi4spn
        case 1:
            half(0x4002 | (3 + b_.below(20)) << 7 | b_.below(32) << 2);
            break;  // c.lwsp
        case 2:
            half(0x7002 | (3 + b_.below(20)) << 7 | b_.below(32) << 2);
            break;  // c.ldsp
        case 3:
            half(0xc002 | wide_offset | source() << 2);
            break;  // c.swsp
        case 4:
            half(0xe002 | wide_offset | source() << 2);
            break;  // c.sdsp
        default: {
            static constexpr uint32_t kinds[] = {0x4000, 0x6000, 0xc000, 0xe000};
            c_.word(addi(pointer, x30, immediate() / 2));
            half(kinds[b_.below(4)] | offset | (pointer - 8) << 7 | data);
        }
    }
}

/// Accesses of nothing are aligned: which part of a misaligned one mtval names is not prescribed.
void instruction_mix::trap() {
    switch (b_.below(7)) {
        case 0:
            c_.word(ecall);
            break;
        case 1:
            c_.word(ebreak);
            break;
        case 2:
            c_.half(c_ebreak);
            break;
        case 3:
            c_.word(b_.one_in(2) ? 0xffffffff : 0x0000707f);
            break;
        case 4:
            c_.half(0);
            break;
        case 5:
            c_.emit(lui(t3, 0x50), i_type(0x03, b_.below(7), t4, t3, aligned(8)));
            break;
        default:
            c_.emit(lui(t3, 0x50), s_type(b_.below(4), t4, t3, aligned(8)));
    }
}

/// Not of mepc: QEMU 7.2 keeps its bit 0, which has to read as zero (Volume II, 3.1.14).
void instruction_mix::csr() {
    static constexpr uint32_t forms[] = {1, 2, 3, 5, 6, 7};
    c_.word((b_.one_in(2) ? MCAUSE : MTVAL) << 20 | source() << 15 | forms[b_.below(6)] << 12 |
            destination() << 7 | 0x73);
}

void instruction_mix::modify_code() {
    c_.load_immediate(s2, plain_word());
    c_.emit(auipc(s3, 0), sw(s2, s3, 12), fence_i, plain_word());
}

void instruction_mix::one() {
    const uint32_t choice = b_.below(100);
    if (choice < 25) {
        register_operation();
    } else if (choice < 43) {
        immediate_operation();
    } else if (choice < 55) {
        load_or_store();
    } else if (choice < 73) {
        compressed_operation();
    } else if (choice < 79) {
        compressed_memory();
    } else if (choice < 87) {
        forward_jump();
    } else if (choice < 92) {
        atomic();
    } else if (choice < 95) {
        loop();
    } else if (choice < 97) {
        trap();
    } else if (choice < 99) {
        csr();
    } else if (b_.one_in(4)) {
        modify_code();
    } else {
        c_.word(fence);
    }
}

/// For pieces that may use any register as a pointer: each points into the scratch area.
uint64_t scratch_pointer(builder& b) { return layout::scratch + 16 * b.below(32); }

}  // namespace

std::string random_program::piece_text(size_t piece) const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (uint64_t at = piece_at[piece]; at < piece_at[piece + 1]; at += 2) {
        for (const uint64_t offset : {1, 0}) {
            const uint8_t byte = image[at - program_layout::ram_base + offset];
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
        text += ' ';
    }
    return text;
}

random_program make_random_program(uint64_t seed, unsigned pieces, unsigned length,
                                   unsigned rounds) {
    builder b(seed);
    instruction_mix mix(b);
    const auto initial = [&](unsigned r) {
        return r == 2 ? layout::scratch - 0x200 : r == 30 ? layout::scratch : mix.corner_value();
    };
    return b.build(pieces, rounds, initial, [&](unsigned) {
        for (unsigned i = 0; i < length; ++i) {
            mix.one();
        }
    });
}

random_program make_compressed_sweep() {
    std::vector<uint16_t> encodings;
    for (uint32_t e = 0; e < 0x10000; ++e) {
        const bool long_format = (e & 3) == 3;
        const uint32_t format = e & 0xe003;
        const bool jump = format == 0xa001 || format == 0xc001 || format == 0xe001;
        const bool indirect_jump = (e & 0xe07f) == 0x8002 && (e & 0xf80) != 0;
        if (!long_format && !jump && !indirect_jump) {
            encodings.push_back(static_cast<uint16_t>(e));
        }
    }
    builder b(1);
    const auto count = static_cast<unsigned>(encodings.size());
    return b.build(
        count, 1, [&](unsigned) { return scratch_pointer(b); },
        [&](unsigned piece) {
            b.out().half(encodings[piece]);
            b.out().half(c_nop);
        });
}

random_program make_encoding_sweep(uint64_t seed, unsigned pieces) {
    static constexpr uint32_t opcodes[] = {0x03, 0x07, 0x0b, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27,
                                           0x2b, 0x2f, 0x2f, 0x33, 0x33, 0x37, 0x3b, 0x43, 0x47,
                                           0x4b, 0x4f, 0x53, 0x57, 0x5b, 0x6b, 0x77, 0x7b};
    static constexpr uint32_t usual_funct7[] = {0x00, 0x01, 0x20};
    builder b(seed);
    return b.build(
        pieces, 1, [&](unsigned) { return scratch_pointer(b); },
        [&](unsigned) {
            uint32_t word = static_cast<uint32_t>(b.any()) & ~127u;
            if (b.one_in(2)) {
                word = (word & 0x01ffffff) | usual_funct7[b.below(3)] << 25;
            }
            if ((word >> 15 & 31) < 2) {
                word ^= 2 << 15;  // x0 and x1 do not point to data
            }
            b.out().word(word | opcodes[b.below(std::size(opcodes))]);
        });
}

}  // namespace luxlane::riscv
