#pragma once

#include <cstdint>
#include <span>

#include "models/common/random.h"
#include "models/serdes_phy/fec_counters.h"
#include "models/serdes_phy/payload_format.h"

namespace luxlane::wide_link {

/// Purpose of this block's random stream, beside those of the optical path.
inline constexpr std::uint32_t idle_error_purpose = 0x500;

/// Counts the idle codewords that nobody simulated: draws how many of them had how many symbol
/// errors from the lanes' bit error ratios, and deals the corrected symbols to the lanes by their
/// share. Counter-based: a draw depends on the key and the number of draws before alone.
class idle_accrual {
public:
    idle_accrual(const stream_key& key, const payload_format& format)
        : key_(key), format_(format) {}

    /// Adds `codewords` codewords to `counters`; without FEC only the symbols that were seen.
    /// `physical_of` and `ber` have one entry per logical lane: its physical lane (FFFFh = none)
    /// and that lane's bit error ratio, 0 .. 0.5.
    void add(std::uint64_t codewords, std::span<const std::uint16_t> physical_of,
             std::span<const double> ber, fec_counters& counters);

private:
    std::uint64_t binomial(std::uint64_t n, double probability);

    stream_key key_;
    payload_format format_;
    std::uint64_t position_ = 0;
    std::uint64_t codewords_ = 0;  ///< counted so far
};

}  // namespace luxlane::wide_link
