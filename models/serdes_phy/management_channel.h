#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/coding/management_word.h"

namespace luxlane::wide_link {

/// How management words ride in the flags of the logical lanes: one word in the flags of one
/// superframe, or of as many as it takes to send eight nibbles on fewer than eight lanes.
struct management_format {
    std::uint32_t lanes;  ///< logical lanes

    std::uint32_t superframes_per_word() const {
        const auto nibbles = static_cast<std::uint32_t>(coding::management_word::nibbles);
        return (nibbles + lanes - 1) / lanes;
    }
    std::uint32_t phase(std::uint64_t superframe) const {
        return static_cast<std::uint32_t>(superframe % superframes_per_word());
    }
    /// The place among all lanes and superframes of a word where `lane` stands in this superframe.
    std::uint32_t place(std::uint32_t lane, std::uint64_t superframe) const {
        return lane + lanes * phase(superframe);
    }
};

/// Collects flags until a word is complete.
class management_receiver {
public:
    explicit management_receiver(std::uint32_t lanes)
        : format_{lanes},
          flags_(std::size_t{lanes} * format_.superframes_per_word()),
          usable_(flags_.size()) {}

    /// Begins the votes of a superframe; a word that began before a gap is dropped.
    void begin(std::uint64_t superframe) {
        if (format_.phase(superframe) == 0 || superframe != superframe_ + 1) {
            usable_.assign(usable_.size(), 0);
        }
        superframe_ = superframe;
    }
    void vote(std::uint32_t lane, std::uint8_t flags) {
        const auto place = format_.place(lane, superframe_);
        flags_[place] = flags;
        usable_[place] = 1;
    }
    /// Ends the superframe: the word, if one is complete, decided and not 0.
    std::optional<std::uint32_t> end() const {
        if (format_.phase(superframe_) + 1 < format_.superframes_per_word()) {
            return std::nullopt;
        }
        const auto result = coding::management_word::decode(flags_, usable_);
        if (!result.decided || result.word == 0) {
            return std::nullopt;
        }
        return result.word;
    }

private:
    management_format format_;
    std::uint64_t superframe_ = 0;
    std::vector<std::uint8_t> flags_;   ///< [place]
    std::vector<std::uint8_t> usable_;  ///< [place]
};

}  // namespace luxlane::wide_link
