#include "models/soc/boot_rom.h"

namespace luxlane::soc {

std::vector<std::byte> boot_rom_contents(std::uint64_t entry, std::uint64_t argument) {
    const std::uint32_t words[] = {
        0x00000297,  // auipc t0, 0
        0xf1402573,  // csrr  a0, mhartid
        0x0202b583,  // ld    a1, 32(t0)
        0x0182b283,  // ld    t0, 24(t0)
        0x00028067,  // jr    t0
        0x00000000,  // aligns the two constants
        static_cast<std::uint32_t>(entry),
        static_cast<std::uint32_t>(entry >> 32),
        static_cast<std::uint32_t>(argument),
        static_cast<std::uint32_t>(argument >> 32),
    };
    std::vector<std::byte> contents;
    for (const std::uint32_t word : words) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            contents.push_back(static_cast<std::byte>(word >> shift));
        }
    }
    return contents;
}

}  // namespace luxlane::soc
