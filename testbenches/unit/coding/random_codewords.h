#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/rs_fec.h"
#include "testbenches/unit/coding/random_bits.h"

namespace luxlane::coding::testing {

inline std::vector<std::uint16_t> random_codeword(const rs_code& code, generator& random) {
    auto codeword = random_symbols(code.codeword_symbols(), random);
    code.encode(std::span(codeword).first(code.message_symbols()), codeword);
    return codeword;
}

/// Makes the symbols at `positions` wrong.
inline void damage(std::vector<std::uint16_t>& codeword, std::span<const std::size_t> positions,
                   generator& random) {
    for (const std::size_t position : positions) {
        codeword[position] = static_cast<std::uint16_t>(codeword[position] ^ (1 + random() % 1023));
    }
}

}  // namespace luxlane::coding::testing
