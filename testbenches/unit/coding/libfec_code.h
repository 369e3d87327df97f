#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/coding/rs_fec.h"

extern "C" {
#include <fec.h>
}

namespace luxlane::coding::testing {

/// Debian's libfec as the oracle: same field, same generator, shortened by padding.
class libfec_code {
public:
    using word = std::vector<std::uint16_t>;

    explicit libfec_code(const rs_code& code)
        : k_(code.message_symbols()),
          handle_(init_rs_int(10, 0x409, 0, 1, static_cast<int>(code.parity_symbols()),
                              static_cast<int>(1023 - code.codeword_symbols())),
                  free_rs_int) {}

    void encode(word& codeword) const {
        std::vector<unsigned> wide(codeword.begin(), codeword.end());
        encode_rs_int(handle_.get(), wide.data(), wide.data() + k_);
        std::copy(wide.begin(), wide.end(), codeword.begin());
    }

    /// Number of corrected symbols, erasures among them; negative if uncorrectable.
    int decode(word& received, std::span<const std::uint16_t> erasures = {}) const {
        std::vector<unsigned> wide(received.begin(), received.end());
        std::vector<int> positions(received.size() - k_ + erasures.size());
        std::copy(erasures.begin(), erasures.end(), positions.begin());
        const int errors = decode_rs_int(handle_.get(), wide.data(), positions.data(),
                                         static_cast<int>(erasures.size()));
        std::copy(wide.begin(), wide.end(), received.begin());
        return errors;
    }

private:
    std::size_t k_;
    std::unique_ptr<void, void (*)(void*)> handle_;
};

}  // namespace luxlane::coding::testing
