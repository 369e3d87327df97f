#pragma once

#include <cstdint>

namespace luxlane::board_map {

/// Where memories stand on the board. QEMU's `virt` machine has the boot ROM and DRAM at the same
/// places; devices stand where their SVD files say.
inline constexpr std::uint64_t BOOT_ROM = 0x1000;
inline constexpr std::uint64_t BOOT_ROM_BYTES = 0xf000;
inline constexpr std::uint64_t SRAM = 0x0800'0000;
inline constexpr std::uint64_t SRAM_BYTES = 128 * 1024;
inline constexpr std::uint64_t DRAM = 0x8000'0000;
inline constexpr std::uint64_t DRAM_BYTES = 64ULL << 20;
inline constexpr std::uint64_t HBM = 0x1'0000'0000;
inline constexpr std::uint64_t HBM_BYTES = 1ULL << 30;

/// Where the platform leaves the job for the firmware (a1 points to it at reset), its table of
/// tensors if it fits, and room for its descriptor rings.
inline constexpr std::uint64_t JOB = SRAM;
inline constexpr std::uint64_t TENSOR_TABLE = SRAM + 0x1000;
inline constexpr std::uint64_t TENSOR_TABLE_BYTES = 0xf000;
inline constexpr std::uint64_t RINGS = SRAM + 0x1'0000;
inline constexpr std::uint64_t RINGS_BYTES = 0x1'0000;

}  // namespace luxlane::board_map
