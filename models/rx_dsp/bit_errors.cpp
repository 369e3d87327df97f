#include "models/rx_dsp/bit_errors.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "models/common/normal.h"

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

bit_error_source::bit_error_source(double error_ratio, const stream_key& positions)
    : positions_(positions), block_end_(0) {
    if (!(error_ratio > 0.0)) {
        clean_.last = block_end_ = ~std::uint64_t{0};
        return;
    }
    const double log_miss = portable_log1p(-error_ratio);
    per_log_ = 1.0 / log_miss;
    clean_below_ = portable_exp(log_miss * static_cast<double>(BLOCK));
}

void bit_error_source::begin_block(std::uint64_t first) {
    block_end_ = first + BLOCK;
    next_draw_ = first / BLOCK * DRAWS_PER_BLOCK;
    const double draw = uniform53(positions_, next_draw_++);
    if (draw < clean_below_) {
        clean_.last = block_end_;
        error_ahead_ = false;
    } else {
        find_error(first, draw);
    }
}

void bit_error_source::find_error(std::uint64_t from, double draw) {
    const double gap = std::floor(portable_log(draw) * per_log_);
    error_ahead_ = gap < static_cast<double>(block_end_ - from);
    clean_.last = error_ahead_ ? from + static_cast<std::uint64_t>(gap) : block_end_;
}

void bit_error_source::draw(const lane_frame& frame, std::vector<std::uint32_t>& wrong) {
    const std::uint64_t end = frame.line_bit(frame.bits_per_lane - 1) + 1;
    if (frame.first_bit < clean_.first || frame.first_bit >= block_end_) {
        clean_.first = frame.first_bit / BLOCK * BLOCK;
        begin_block(clean_.first);
    }
    while (clean_.last < end) {
        if (!error_ahead_) {
            begin_block(block_end_);
            continue;
        }
        if (const auto place = place_in(frame, clean_.last)) {
            wrong.push_back(*place);
        }
        clean_.first = clean_.last + 1;
        find_error(clean_.first, uniform53(positions_, next_draw_++));
    }
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
