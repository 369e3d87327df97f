#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace luxlane::wide_link {

/// BIP-8 of each lane's payload, superframe by superframe, as far as the payload is simulated: idle
/// that no block carries counts as nothing at both ends. Keeps the latest eight superframes.
class parity_ledger {
public:
    explicit parity_ledger(std::uint32_t lanes) : lanes_(lanes) { reset(); }

    void reset() {
        for (auto& page : pages_) {
            page = {no_superframe, {}};
        }
    }
    void add(std::uint64_t superframe, std::uint32_t lane, std::uint8_t parity) {
        auto& entry = page_for(superframe).parity[lane];
        entry = static_cast<std::uint16_t>(entry ^ parity);
    }
    /// The lane's payload was sent but not looked at: no parity is known of it.
    void skip(std::uint64_t superframe, std::uint32_t lane) {
        page_for(superframe).parity[lane] |= unknown_bit;
    }
    bool known(std::uint64_t superframe, std::uint32_t lane) const {
        return (entry(superframe, lane) & unknown_bit) == 0;
    }
    std::uint8_t parity(std::uint64_t superframe, std::uint32_t lane) const {
        return static_cast<std::uint8_t>(entry(superframe, lane));
    }

private:
    static constexpr std::uint64_t no_superframe = ~std::uint64_t{0};
    static constexpr std::uint16_t unknown_bit = 0x100;

    struct page {
        std::uint64_t superframe;
        std::vector<std::uint16_t> parity;
    };

    std::uint16_t entry(std::uint64_t superframe, std::uint32_t lane) const {
        const auto& page = pages_[superframe % pages_.size()];
        return page.superframe == superframe ? page.parity[lane] : std::uint16_t{0};
    }
    page& page_for(std::uint64_t superframe) {
        auto& page = pages_[superframe % pages_.size()];
        if (page.superframe != superframe) {
            page.superframe = superframe;
            page.parity.assign(lanes_, 0);
        }
        return page;
    }

    std::uint32_t lanes_;
    std::array<page, 8> pages_;
};

}  // namespace luxlane::wide_link
