#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "models/dsp/error_counter.h"
#include "models/dsp/symbol_kernel.h"

namespace luxlane::dsp {

/// Errors of the symbol fidelity, counted: samples drawn by `symbol_kernel`, sliced with the
/// decisions of the block before as feedback, so that errors run on from block to block.
class counted_symbols {
public:
    static constexpr std::size_t WORDS = 64;
    static constexpr std::size_t BLOCK = 64 * WORDS;

    counted_symbols(const sampled_channel& channel, const receive_filter& filter,
                    std::uint64_t seed)
        : channel_(channel),
          filter_(filter),
          kernel_(channel),
          seed_(seed),
          pam4_(channel.levels() == 4),
          samples_(BLOCK + 4),
          low_(WORDS),
          high_(pam4_ ? WORDS : 0) {}

    block_count next() {
        for (std::size_t lane = 0; lane <= channel_.neighbours; ++lane)
            for (std::size_t plane = 0; plane < (pam4_ ? 2u : 1u); ++plane)
                for (std::size_t i = 0; i < WORDS + 2; ++i)
                    sent_[lane][plane][i] = word(lane, plane, WORDS * block_ + i);
        std::vector<framed_symbols> neighbours;
        for (std::size_t n = 1; n <= channel_.neighbours; ++n)
            neighbours.push_back(view(n));
        kernel_.sample(view(0), neighbours, {seed_, 0, 1}, block_ * BLOCK, samples_);
        if (block_ == 0)
            before_ = {sent_[0][0][0], sent_[0][1][0]};
        equalise_and_slice(samples_, filter_, channel_, before_, low_, high_);
        ++block_;
        before_ = {low_.back(), pam4_ ? high_.back() : 0};
        std::uint64_t errors = 0;
        for (std::size_t i = 0; i < WORDS; ++i) {
            errors += static_cast<std::uint64_t>(std::popcount(low_[i] ^ sent_[0][0][i + 1]));
            if (pam4_)
                errors += static_cast<std::uint64_t>(std::popcount(high_[i] ^ sent_[0][1][i + 1]));
        }
        return {errors, BLOCK * (pam4_ ? 2 : 1)};
    }

private:
    std::uint64_t word(std::size_t lane, std::size_t plane, std::uint64_t index) const {
        const auto block = random_block(
            {seed_, static_cast<std::uint32_t>(10 + lane), static_cast<std::uint32_t>(plane)},
            index);
        return static_cast<std::uint64_t>(block[0]) << 32 | block[1];
    }
    framed_symbols view(std::size_t lane) const {
        return {sent_[lane][0], pam4_ ? framed_bits(sent_[lane][1]) : framed_bits{}};
    }

    sampled_channel channel_;
    receive_filter filter_;
    symbol_kernel kernel_;
    std::uint64_t seed_;
    bool pam4_;
    std::uint64_t block_ = 0;
    std::array<std::array<std::array<std::uint64_t, WORDS + 2>, 2>, 1 + MAX_NEIGHBOURS> sent_{};
    std::array<std::uint64_t, 2> before_{};
    std::vector<float> samples_;
    std::vector<std::uint64_t> low_, high_;
};

}  // namespace luxlane::dsp
