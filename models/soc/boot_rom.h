#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace luxlane::soc {

/// The reset code that harts start at (0x1000 on the board), position-independent RV64I: a0 = hart
/// id, a1 = `argument` (a device tree or a job block), then a jump to `entry`. The same contract as
/// the reset vector of QEMU's `virt` machine (hw/riscv/boot.c), so that images need not know which
/// of the two starts them.
std::vector<std::byte> boot_rom_contents(std::uint64_t entry, std::uint64_t argument);

}  // namespace luxlane::soc
