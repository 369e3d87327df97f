#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace luxlane::riscv {

/// What is wrong with an ELF file: `what()` says where (file name and field or offset) and what
/// would be right.
class elf_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One loadable piece of a program: `data`, then zeros up to `memory_bytes`, at physical `address`.
struct elf_segment {
    uint64_t address;
    uint64_t memory_bytes;
    std::vector<std::byte> data;
};

/// A program as the loader needs it. Whether its segments fit into memory is for the caller to say.
struct elf_image {
    uint64_t entry = 0;
    std::vector<elf_segment> segments;        ///< in the file's order, empty ones left out
    std::map<std::string, uint64_t> symbols;  ///< functions, objects and labels with a name
};

/// Parses a little-endian 64-bit RISC-V executable (System V ABI, and the RISC-V ELF psABI).
/// `name` stands for the file in messages. Throws elf_error.
elf_image parse_elf(std::span<const std::byte> file, const std::string& name);

/// parse_elf() of a file; also throws elf_error if it cannot be read.
elf_image load_elf(const std::string& path);

}  // namespace luxlane::riscv
