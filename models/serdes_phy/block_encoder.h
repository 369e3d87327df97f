#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/serdes_phy/line_tables.h"
#include "models/serdes_phy/payload_codec.h"
#include "models/serdes_phy/payload_plan.h"

namespace luxlane::wide_link {

/// Where a block's bits go; all zero before. Shapes as in line_block.
struct block_bits {
    std::uint32_t stride;
    std::span<std::uint64_t> bits;    ///< [lane][stride]
    std::span<std::uint64_t> before;  ///< [lane]
    std::span<std::uint64_t> after;   ///< [lane]

    std::span<std::uint64_t> lane(std::uint32_t physical) const {
        return bits.subspan(std::size_t{physical} * stride, stride);
    }
};

/// Makes the bits of payload blocks: codes the slots, deals the symbols to the lanes, scrambles
/// each lane, and adds the overhead words between.
class block_encoder {
public:
    explicit block_encoder(std::shared_ptr<const line_tables> tables);

    /// Fills the lanes that carry the block. `parity` becomes the BIP-8 of what is sent,
    /// [superframe of the block][physical].
    void encode(const payload_plan& plan, const block_bits& out, std::vector<std::uint8_t>& parity);

private:
    void encode_groups(const payload_plan& plan, const block_shape& shape);
    void write_overhead(const std::vector<std::uint16_t>& names, std::uint64_t frame,
                        std::size_t position, const block_bits& out) const;

    std::shared_ptr<const line_tables> tables_;
    payload_codec codec_;
    std::vector<std::uint64_t> stream_;
    std::vector<std::uint16_t> symbols_;       ///< whole rows
    std::vector<std::uint64_t> logical_bits_;  ///< [logical][words]
};

}  // namespace luxlane::wide_link
