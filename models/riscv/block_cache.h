#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/riscv/direct_memory.h"

namespace luxlane::riscv {

/// An instruction as the interpreter executes it.
struct decoded_instruction {
    const void* handler;  // address of a label inside the interpreter
    uint8_t rd;
    uint8_t rs1;
    uint8_t rs2;
    uint8_t offset;  // from the block's first instruction, in units of 2 bytes
    int32_t immediate;
};
static_assert(sizeof(decoded_instruction) == 16);

/// A run of instructions that is entered at its first one only. The instructions stand behind the
/// header in memory: `count` that execute, then, unless the last of them ends the block itself, one
/// `end` that goes on at `pc + bytes`.
struct alignas(16) block {
    uint64_t pc;
    uint32_t count;
    uint32_t bytes;
    block* next[2];  // known successors: [0] falls through, [1] is the taken jump
    bool stale;      // its memory has changed; whoever enters looks the code up again

    decoded_instruction* code() { return reinterpret_cast<decoded_instruction*>(this + 1); }
};

/// Most instructions of one block; keeps decoded_instruction::offset within 8 bits.
inline constexpr size_t block_instructions = 64;

/// The decoded blocks of a hart, found by address, and the pages of memory they were made from.
class block_cache {
public:
    block_cache() { flush(); }

    /// The handler that invalidated blocks get as their first instruction.
    void set_stale_handler(const void* handler) { stale_handler_ = handler; }

    /// The valid block that begins at `pc` if it was entered recently, in a few instructions.
    block* find_recent(uint64_t pc) const {
        const recent& found = recent_[index(pc)];
        return found.pc == pc ? found.target : nullptr;
    }

    /// The valid block that begins at `pc`, or nullptr.
    block* find(uint64_t pc);

    /// Copies decoded code (1..block_instructions + 1 entries, the last may be `end`) into a new
    /// block. May flush() first, when the memory that it may use is full.
    block* insert(uint64_t pc, std::span<const decoded_instruction> code, uint32_t count,
                  uint32_t bytes);

    /// True if any block has been made from this page.
    bool page_has_code(uint64_t address) const { return pages_.contains(address >> page_bits); }

    /// Drops the blocks of every page of which a line of code intersects [base, base + size).
    /// Their memory stays readable until flush(). Returns whether there were any.
    bool invalidate(uint64_t base, uint64_t size);

    /// Drops everything; every block pointer becomes invalid.
    void flush();

    /// Changes with every flush().
    uint64_t generation() const { return generation_; }

private:
    struct recent {
        uint64_t pc;
        block* target;
    };
    struct code_page {
        uint64_t lines = 0;  // one bit for each 64 bytes that hold code
        std::vector<block*> blocks;
    };
    static constexpr size_t recent_entries = 4096;
    static constexpr size_t chunk_bytes = size_t{1} << 20;
    static constexpr size_t chunks_at_most = 32;
    static constexpr uint64_t no_pc = 1;  // code has even addresses

    static size_t index(uint64_t pc) { return (pc >> 1) % recent_entries; }
    static uint64_t lines_of(uint64_t page, uint64_t first, uint64_t last);

    std::byte* allocate(size_t bytes);
    void drop_page(code_page& page);

    std::array<recent, recent_entries> recent_;
    std::unordered_map<uint64_t, block*> blocks_;
    std::unordered_map<uint64_t, code_page> pages_;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    size_t chunk_ = 0;  // the chunk that is being filled, and how far
    size_t used_ = 0;
    const void* stale_handler_ = nullptr;
    uint64_t generation_ = 0;
};

}  // namespace luxlane::riscv
