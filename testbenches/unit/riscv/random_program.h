#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "testbenches/unit/riscv/assembler.h"

/// Programs for comparing two simulators. A program is a list of pieces. Each begins with registers
/// from a table of corner values; after each a subroutine of the program adds a hash of all
/// registers and of the traps that happened to a signature in memory. At the end the program writes
/// 0x5555 to the test device.
namespace luxlane::riscv {

/// Where things are. Both machines have RAM from `ram_base` on.
struct program_layout {
    static constexpr uint64_t ram_base = 0x80000000;
    static constexpr uint64_t variables = ram_base + 0x400000;
    static constexpr uint64_t register_tables = ram_base + 0x410000;
    static constexpr uint64_t scratch = ram_base + 0x422000;  // accessed 8 KiB around this address
    static constexpr uint64_t signature = ram_base + 0x500000;
    static constexpr uint64_t compared_bytes = 0x800000;
};

struct random_program {
    std::vector<uint8_t> image;      ///< content of RAM from ram_base on, compared_bytes long
    std::vector<uint64_t> piece_at;  ///< address of each piece, and of the end of the last one
    unsigned rounds;                 ///< how often the list of pieces is executed

    /// The machine code of a piece as 16-bit words in hexadecimal, for messages.
    std::string piece_text(size_t piece) const;
};

/// Random RV64IMAC code of `pieces` pieces of about `length` instructions: all instructions, corner
/// operands, jumps, loops, misaligned accesses, atomics, traps, CSRs, self-modification.
random_program make_random_program(uint64_t seed, unsigned pieces, unsigned length,
                                   unsigned rounds);

/// Every 16-bit encoding except jumps, one a piece.
random_program make_compressed_sweep();

/// Random 32-bit words in all major opcodes except jumps and SYSTEM, one a piece.
random_program make_encoding_sweep(uint64_t seed, unsigned pieces);

}  // namespace luxlane::riscv
