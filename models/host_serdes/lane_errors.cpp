#include "models/host_serdes/lane_errors.h"

#include <algorithm>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane::host {

namespace {
/// Every symbol costs at most a gap, a length and a draw of its bits.
constexpr std::uint64_t DRAWS_PER_BLOCK = 4 * lane_errors::BLOCK;
}  // namespace

lane_errors::lane_errors(const error_law& law, const line_code& code, const stream_key& stream)
    : code_(code), stream_(stream) {
    if (!(law.bursts_per_symbol > 0.0)) {
        return;
    }
    const double log_miss = portable_log1p(-std::min(law.bursts_per_symbol, 0.999999));
    per_log_start_ = 1.0 / log_miss;
    clean_below_ = portable_exp(log_miss * static_cast<double>(BLOCK));
    per_log_end_ = law.continues > 0.0 ? 1.0 / portable_log(law.continues) : 0.0;
}

// Among the transitions to a neighbouring level: 0-1 and 2-3 change the low bit of Gray code, 1-2
// the high one, 3-0 (modulo 4, behind a precoder's decoder) the high one. Binary code changes both
// bits in 1-2 and in 3-0.
std::uint8_t lane_errors::wrong_bits(double u) const {
    if (code_.format == photonics::modulation::nrz) {
        return 0b01;
    }
    const bool outer = u < (code_.precode ? 1.0 / 2.0 : 2.0 / 3.0);
    return outer ? 0b10 : code_.gray ? 0b01 : 0b11;
}

void lane_errors::draw_block(std::uint64_t block) {
    drawn_ = block;
    block_.clear();
    std::uint64_t draw = block * DRAWS_PER_BLOCK;
    double u = uniform53(stream_, draw);
    if (u < clean_below_) {
        return;
    }
    const bool precoded = code_.format == photonics::modulation::pam4 && code_.precode;
    for (std::uint64_t next = 0;; u = uniform53(stream_, ++draw)) {
        const double gap = std::floor(portable_log(u) * per_log_start_);
        if (gap >= static_cast<double>(BLOCK - next)) {
            return;
        }
        next += static_cast<std::uint64_t>(gap);
        const double more = std::floor(portable_log(uniform53(stream_, ++draw)) * per_log_end_);
        const auto length = static_cast<std::uint64_t>(
            std::min(1.0 + std::max(more, 0.0), static_cast<double>(BLOCK - next)));
        for (std::uint64_t k = 0; k <= length; ++k) {
            const bool wrong = precoded ? k == 0 || k == length : k < length;
            if (wrong && next + k < BLOCK) {
                block_.push_back(
                    {block * BLOCK + next + k, wrong_bits(uniform53(stream_, ++draw))});
            }
        }
        next += length + 1;
        if (next >= BLOCK) {
            return;
        }
    }
}

void lane_errors::draw(std::uint64_t first, std::uint64_t count, std::vector<symbol_error>& to) {
    if (clean_below_ >= 1.0 || count == 0) {
        return;
    }
    const std::uint64_t end = first + count;
    for (std::uint64_t block = first / BLOCK; block * BLOCK < end; ++block) {
        if (drawn_ != block) {
            draw_block(block);
        }
        for (const auto& error : block_) {
            if (error.symbol >= first && error.symbol < end) {
                to.push_back(error);
            }
        }
    }
}

}  // namespace luxlane::host
