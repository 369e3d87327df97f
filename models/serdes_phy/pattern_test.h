#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/pattern_checker.h"
#include "models/coding/pattern_generator.h"
#include "models/coding/test_pattern.h"

namespace luxlane::wide_link {

/// Test patterns of the physical lanes: a generator and a checker each, which are independent. A
/// pattern takes the place of the payload in whole superframes, as one stream that goes on from
/// superframe to superframe; overhead words are sent as always, so that a lane in test stays
/// framed. Pure.
class pattern_test {
public:
    explicit pattern_test(std::uint32_t lanes) : generators_(lanes), checkers_(lanes) {}

    void reset();

    /// Sends `pattern` on `lane` from its beginning. std::invalid_argument, see coding::check().
    void generate(std::uint32_t lane, const coding::test_pattern& pattern);
    void stop_generating(std::uint32_t lane) { generators_[lane].reset(); }
    bool generating(std::uint32_t lane) const { return generators_[lane] != nullptr; }
    bool any_generating() const;
    /// Makes the next `count` words of the lane wrong in one bit each.
    void inject(std::uint32_t lane, std::uint64_t count);
    /// The pattern's next superframe of `lane`, which generates: 10160 bits; the unused upper bits
    /// of the last word become 0.
    void fill(std::uint32_t lane, std::span<std::uint64_t> payload);

    /// Checks `lane` against `pattern` from now on, with counters at 0. std::invalid_argument
    /// likewise.
    void check(std::uint32_t lane, const coding::test_pattern& pattern);
    void stop_checking(std::uint32_t lane) { checkers_[lane].reset(); }
    bool checking(std::uint32_t lane) const { return checkers_[lane] != nullptr; }
    /// Takes a superframe's payload of `lane`, 10160 bits.
    void take(std::uint32_t lane, std::span<const std::uint64_t> payload);
    /// The checker's part that firmware sees and controls; null if the lane is not checked.
    coding::pattern_checker* checker(std::uint32_t lane);
    const coding::pattern_checker* checker(std::uint32_t lane) const;

private:
    /// A superframe's payload is no whole number of the words that patterns come in.
    struct generator {
        explicit generator(const coding::test_pattern& pattern) : source(pattern) {}
        coding::pattern_generator source;
        std::uint64_t rest = 0;  ///< bits made but not sent, the first in bit 0
        unsigned rest_bits = 0;
    };
    struct checker_state {
        explicit checker_state(const coding::test_pattern& pattern) : sink(pattern) {}
        coding::pattern_checker sink;
        std::uint64_t rest = 0;  ///< bits received but not checked, the first in bit 0
        unsigned rest_bits = 0;
    };

    std::vector<std::unique_ptr<generator>> generators_;    ///< [lane], null if not in test
    std::vector<std::unique_ptr<checker_state>> checkers_;  ///< [lane], likewise
    std::vector<std::uint64_t> words_;
};

}  // namespace luxlane::wide_link
