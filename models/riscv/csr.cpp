#include "models/riscv/hart.h"

namespace luxlane::riscv {

namespace {

// Numbers of The RISC-V Instruction Set Manual, Volume II, tables 2.2 to 2.6.
enum csr_number : unsigned {
    MSTATUS = 0x300,
    MISA = 0x301,
    MIE = 0x304,
    MTVEC = 0x305,
    MCOUNTINHIBIT = 0x320,
    MHPMEVENT3 = 0x323,
    MHPMEVENT31 = 0x33f,
    MSCRATCH = 0x340,
    MEPC = 0x341,
    MCAUSE = 0x342,
    MTVAL = 0x343,
    MIP = 0x344,
    MCYCLE = 0xb00,
    MINSTRET = 0xb02,
    MHPMCOUNTER3 = 0xb03,
    MHPMCOUNTER31 = 0xb1f,
    CYCLE = 0xc00,
    TIME = 0xc01,
    INSTRET = 0xc02,
    HPMCOUNTER3 = 0xc03,
    HPMCOUNTER31 = 0xc1f,
    MVENDORID = 0xf11,
    MARCHID = 0xf12,
    MIMPID = 0xf13,
    MHARTID = 0xf14,
    MCONFIGPTR = 0xf15,
};

constexpr uint64_t isa_letter(char letter) { return uint64_t{1} << (letter - 'a'); }

constexpr uint64_t misa_value =
    uint64_t{2} << 62 | isa_letter('i') | isa_letter('m') | isa_letter('a') | isa_letter('c');

constexpr uint64_t interrupt_bits = uint64_t{1} << machine_software_interrupt |
                                    uint64_t{1} << machine_timer_interrupt |
                                    uint64_t{1} << machine_external_interrupt;

constexpr uint64_t inhibit_cycle = 1;
constexpr uint64_t inhibit_instret = 4;

constexpr bool read_only(unsigned number) { return (number >> 10) == 3; }

constexpr bool within(unsigned number, unsigned first, unsigned last) {
    return number >= first && number <= last;
}

}  // namespace

/// CSRRW, CSRRS, CSRRC and their immediate forms. The caller stands in block_ and code_.
bool hart::execute_csr(const decoded_instruction& code) {
    const auto encoding = static_cast<uint32_t>(code.immediate);
    const unsigned number = encoding >> 20;
    const unsigned form = encoding >> 12 & 3;  // 1: write, 2: set, 3: clear
    const bool immediate = (encoding >> 14 & 1) != 0;
    const uint64_t operand = immediate ? code.rs1 : state.x[code.rs1];
    const bool writes = form == 1 || code.rs1 != 0;
    catch_up(executed());

    uint64_t old = 0;
    if ((writes && read_only(number)) || !read_csr(number, old)) {
        return raise(exception_cause::illegal_instruction, encoding);
    }
    if (writes) {
        const uint64_t value = form == 1 ? operand : form == 2 ? old | operand : old & ~operand;
        if (!write_csr(number, value)) {
            return raise(exception_cause::illegal_instruction, encoding);
        }
    }
    state.x[code.rd] = old;
    return true;
}

/// False if there is no such CSR.
bool hart::read_csr(unsigned number, uint64_t& value) {
    switch (number) {
        case MSTATUS:
            value = state.mstatus;
            return true;
        case MISA:
            value = misa_value;
            return true;
        case MIE:
            value = state.mie;
            return true;
        case MTVEC:
            value = state.mtvec;
            return true;
        case MCOUNTINHIBIT:
            value = state.mcountinhibit;
            return true;
        case MSCRATCH:
            value = state.mscratch;
            return true;
        case MEPC:
            value = state.mepc;
            return true;
        case MCAUSE:
            value = state.mcause;
            return true;
        case MTVAL:
            value = state.mtval;
            return true;
        case MIP:
            value = state.mip;
            return true;
        case MCYCLE:
        case CYCLE:
            value = state.mcycle;
            return true;
        case MINSTRET:
        case INSTRET:
            value = state.minstret;
            return true;
        case TIME:
            if (!options_.time) {
                return false;
            }
            value = options_.time();
            return true;
        case MVENDORID:
            value = options_.vendor_id;
            return true;
        case MARCHID:
            value = options_.architecture_id;
            return true;
        case MIMPID:
            value = options_.implementation_id;
            return true;
        case MHARTID:
            value = id_;
            return true;
        case MCONFIGPTR:
            value = 0;
            return true;
        default:
            value = 0;
            return within(number, MHPMCOUNTER3, MHPMCOUNTER31) ||
                   within(number, MHPMEVENT3, MHPMEVENT31) ||
                   within(number, HPMCOUNTER3, HPMCOUNTER31);
    }
}

/// Writes the fields that exist; all others keep their only legal value.
bool hart::write_csr(unsigned number, uint64_t value) {
    switch (number) {
        case MSTATUS:
            state.mstatus = MSTATUS_MPP | (value & (MSTATUS_MIE | MSTATUS_MPIE));
            attention_ = true;
            return true;
        case MIE:
            state.mie = value & interrupt_bits;
            attention_ = true;
            return true;
        case MTVEC:
            if ((value & 3) <= 1) {
                state.mtvec = value;
            }
            return true;
        case MCOUNTINHIBIT:
            state.mcountinhibit = value & (inhibit_cycle | inhibit_instret);
            return true;
        case MSCRATCH:
            state.mscratch = value;
            return true;
        case MEPC:
            state.mepc = value & ~uint64_t{1};
            return true;
        case MCAUSE:
            state.mcause = value;
            return true;
        case MTVAL:
            state.mtval = value;
            return true;
        // A written counter does not count the instruction that writes it: the next one reads what
        // was written (Volume I, 10.1).
        case MCYCLE:
            state.mcycle = value - ((state.mcountinhibit & inhibit_cycle) == 0 ? 1 : 0);
            return true;
        case MINSTRET:
            state.minstret = value - ((state.mcountinhibit & inhibit_instret) == 0 ? 1 : 0);
            return true;
        case MISA:
        case MIP:
            return true;
        default:
            return within(number, MHPMCOUNTER3, MHPMCOUNTER31) ||
                   within(number, MHPMEVENT3, MHPMEVENT31);
    }
}

}  // namespace luxlane::riscv
