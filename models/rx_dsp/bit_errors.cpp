#include "models/rx_dsp/bit_errors.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace luxlane {
namespace {

constexpr std::uint64_t DRAWS_PER_BLOCK = 2 * bit_error_source::BLOCK;
constexpr std::uint64_t OVERHEAD_SPACING = 2560;
constexpr std::uint64_t OVERHEAD_BITS = 20;
constexpr std::uint64_t COINS = 128;  // bits of one random block

/// Where line bit `line_bit` stands in the block; nothing if the block does not hold it.
std::optional<std::uint32_t> place_in(const lane_frame& frame, std::uint64_t line_bit) {
    if (line_bit < frame.first_bit) {
        return std::nullopt;
    }
    std::uint64_t offset = line_bit - frame.first_bit;
    if (frame.purpose == frame_purpose::overhead) {
        if (offset % OVERHEAD_SPACING >= OVERHEAD_BITS) {
            return std::nullopt;
        }
        offset = offset / OVERHEAD_SPACING * OVERHEAD_BITS + offset % OVERHEAD_SPACING;
    }
    if (offset >= frame.bits_per_lane) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(offset);
}

std::uint64_t coins_at(const stream_key& coins, std::uint64_t line_bit) {
    const auto words = random_block(coins, line_bit / COINS);
    const unsigned half = static_cast<unsigned>(line_bit % COINS / 64) * 2;
    return words[half] | (std::uint64_t{words[half + 1]} << 32);
}

}  // namespace

bit_error_source::bit_error_source(const dsp::error_rates& rates, const stream_key& positions,
                                   const stream_key& polarity)
    : positions_(positions), polarity_(polarity) {
    const double greater = std::max(rates.given_one, rates.given_zero);
    if (!(greater > 0.0)) {
        return;
    }
    const double log_miss = std::log1p(-greater);
    per_log_ = 1.0 / log_miss;
    clean_below_ = std::exp(log_miss * static_cast<double>(BLOCK));
    keep_one_ = rates.given_one / greater;
    keep_zero_ = rates.given_zero / greater;
}

bool bit_error_source::meets(std::uint64_t line_bit, bool sent_one) const {
    const double keep = sent_one ? keep_one_ : keep_zero_;
    return keep >= 1.0 || uniform53(polarity_, line_bit) < keep;
}

std::uint64_t bit_error_source::apply_block(std::uint64_t block, const lane_frame& frame,
                                            std::span<std::uint64_t> bits) const {
    std::uint64_t draw = block * DRAWS_PER_BLOCK;
    double u = uniform53(positions_, draw);
    if (u < clean_below_) {
        return 0;
    }
    std::uint64_t errors = 0;
    for (std::uint64_t next = 0;; u = uniform53(positions_, ++draw)) {
        const double gap = std::floor(std::log(u) * per_log_);
        if (gap >= static_cast<double>(BLOCK - next)) {
            return errors;
        }
        next += static_cast<std::uint64_t>(gap);
        const std::uint64_t line_bit = block * BLOCK + next;
        if (const auto place = place_in(frame, line_bit)) {
            auto& word = bits[*place / 64];
            const std::uint64_t bit = std::uint64_t{1} << (*place % 64);
            if (meets(line_bit, (word & bit) != 0)) {
                word ^= bit;
                ++errors;
            }
        }
        if (++next == BLOCK) {
            return errors;
        }
    }
}

std::uint64_t bit_error_source::apply(const lane_frame& frame,
                                      std::span<std::uint64_t> bits) const {
    if (clean_below_ >= 1.0) {
        return 0;
    }
    std::uint64_t errors = 0;
    const std::uint64_t last = frame.line_bit(frame.bits_per_lane - 1) / BLOCK;
    for (std::uint64_t block = frame.first_bit / BLOCK; block <= last; ++block) {
        errors += apply_block(block, frame, bits);
    }
    return errors;
}

void fill_with_noise(const lane_frame& frame, const stream_key& coins,
                     std::span<std::uint64_t> bits) {
    const std::uint32_t run = frame.purpose == frame_purpose::overhead
                                  ? static_cast<std::uint32_t>(OVERHEAD_BITS)
                                  : frame.bits_per_lane;
    std::fill(bits.begin(), bits.end(), 0);
    for (std::uint32_t begin = 0; begin < frame.bits_per_lane; begin += run) {
        const std::uint64_t first = frame.line_bit(begin);
        for (std::uint32_t k = 0; k < run;) {
            // Up to the next border of a word of coins or of the block, whichever comes first.
            const std::uint64_t from = (first + k) % 64;
            const std::uint32_t place = begin + k;
            const auto count = static_cast<std::uint32_t>(
                std::min<std::uint64_t>({64 - from, 64 - place % 64, run - k}));
            const std::uint64_t mask =
                count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
            const std::uint64_t piece = (coins_at(coins, first + k) >> from) & mask;
            bits[place / 64] |= piece << (place % 64);
            k += count;
        }
    }
}

}  // namespace luxlane
